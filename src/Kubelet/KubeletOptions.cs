using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Net;

using MiniK8s.Api.Quantities;
using MiniK8s.Hosting.Flags;
using MiniK8s.Kubelet.Eviction;
using MiniK8s.Kubelet.Images;
using MiniK8s.Kubelet.Node;
using MiniK8s.Kubelet.Shutdown;

namespace MiniK8s.Kubelet;

/// <summary>The kubelet's settings, beside those of every process.</summary>
public sealed class KubeletOptions : IValidatableObject
{
    internal const string PortName = "port";

    // A new one with each start: the simulated machines boot with the process.
    private readonly string _bootId = Guid.NewGuid().ToString();

    /// <summary>The nodes this process hosts. Default: one, by the machine's name.</summary>
    [Description("names of the nodes to host")]
    public IReadOnlyList<string> Nodes { get; set; } = [Environment.MachineName.ToLowerInvariant()];

    /// <summary>Where the apiserver is and who we are. Required.</summary>
    [Required(AllowEmptyStrings = false, ErrorMessage = "is required")]
    [Description("kubeconfig file: the apiserver and our identity")]
    public string Kubeconfig { get; set; } = "";

    /// <summary>The port of the kubelet API, health and metrics; 0 is any free one. Default 10250.</summary>
    [Range(0, 65535)]
    [Description("port of the kubelet API; 0 is any free one")]
    public int Port { get; set; } = 10250;

    /// <summary>The nodes' address, at which the apiserver finds this process. Default: the bind address, or this machine's own where that is all.</summary>
    [Description("address at which the apiserver reaches this process; the bind address, or this machine's own, if not given")]
    public IPAddress? NodeIp { get; set; }

    /// <summary>Serving certificate, PEM; with its key. Without both the port speaks HTTP/2 without TLS, for tests.</summary>
    [Description("serving certificate, PEM")]
    public string? TlsCertFile { get; set; }

    /// <summary>Key of <see cref="TlsCertFile"/>, PEM.</summary>
    [Description("key of the serving certificate, PEM")]
    public string? TlsPrivateKeyFile { get; set; }

    /// <summary>Whose client certificates may call the kubelet API, PEM; without it nobody's.</summary>
    [Description("authority of client certificates, PEM")]
    public string? ClientCaFile { get; set; }

    /// <summary>Common names of the client certificates that may call the kubelet API: the apiserver's, and nobody else's.</summary>
    [Description("common names of the certificates that may call the kubelet API")]
    public IReadOnlyList<string> AllowedClientNames { get; set; } = ["kube-apiserver-kubelet-client"];

    /// <summary>Where containers, images and files are kept over a restart. Default: nowhere, they end with the process.</summary>
    [Description("folder that keeps containers and images over a restart")]
    public string? StateDir { get; set; }

    /// <summary>A folder of further images for the simulated runtime's catalogue.</summary>
    [Description("folder of further images")]
    public string? Images { get; set; }

    /// <summary>What the simulated runtime knows under the handlers of RuntimeClasses; all run containers alike. Default runc.</summary>
    [Description("handlers of RuntimeClasses that the runtime knows")]
    public IReadOnlyList<string> RuntimeHandlers { get; set; } = ["runc"];

    /// <summary>Hosts outside the cluster, in the form of /etc/hosts, read again when it changes. Default: <c>hosts</c> in the state directory.</summary>
    [Description("file of hosts outside the cluster that answer pods, in the form of /etc/hosts; hosts in the state directory, if not given")]
    public string? HostsFile { get; set; }

    /// <summary>Per node; a quantity. Default 4.</summary>
    [Description("processors of each node")]
    public string CapacityCpu { get; set; } = "4";

    /// <summary>Per node; a quantity. Default 8Gi.</summary>
    [Description("memory of each node")]
    public string CapacityMemory { get; set; } = "8Gi";

    /// <summary>Per node; a quantity. Default 100Gi.</summary>
    [Description("disk of each node")]
    public string CapacityEphemeralStorage { get; set; } = "100Gi";

    /// <summary>Per node. Default 110.</summary>
    [Range(1, 100_000)]
    [Description("pods of each node")]
    public int CapacityPods { get; set; } = 110;

    /// <summary>What of each node is not for pods but for the kubelet and its like, <c>resource=quantity</c> of cpu, memory and ephemeral-storage. Default: nothing.</summary>
    [Description("what of each node is kept for the kubelet and its like, cpu=200m,memory=500Mi,ephemeral-storage=1Gi")]
    public IReadOnlyList<string> KubeReserved { get; set; } = [];

    /// <summary>What of each node is not for pods but for the system. Default: nothing.</summary>
    [Description("what of each node is kept for the system, as --kube-reserved")]
    public IReadOnlyList<string> SystemReserved { get; set; } = [];

    /// <summary>Labels of all nodes, <c>key=value</c>, beside the ones every node has.</summary>
    [Description("labels of the nodes, key=value,...")]
    public IReadOnlyList<string> NodeLabels { get; set; } = [];

    /// <summary>Taints that nodes have when they are first registered, <c>key=value:effect</c>, the value may be left out.</summary>
    [Description("taints of new nodes, key=value:effect,...")]
    public IReadOnlyList<string> RegisterWithTaints { get; set; } = [];

    /// <summary>How many images each node pulls at once; 0 is any number. Default 1.</summary>
    [Range(0, 1000)]
    [Description("images that each node pulls at once; 0 is any number")]
    public int MaxParallelImagePulls { get; set; } = 1;

    /// <summary>How many pulls of each node may begin in a second; 0 is any number. A pull beyond that fails, and is tried again as any that failed. Default 5.</summary>
    [Range(0, 1_000_000)]
    [Description("image pulls of each node in a second; 0 is any number")]
    public int RegistryQps { get; set; } = 5;

    /// <summary>How many may begin at once after a time of rest. Default 10.</summary>
    [Range(0, 1_000_000)]
    [Description("image pulls of each node at once after a time of rest")]
    public int RegistryBurst { get; set; } = 10;

    /// <summary>How long pods are given when the machine is about to go off, which SIGPWR says; 0 gives them nothing, and SIGPWR ends the process. Default 0.</summary>
    [DurationRange("00:00:00", "1.00:00:00")]
    [Description("how long pods are given when SIGPWR says that the machine goes off; 0 is not at all")]
    public TimeSpan ShutdownGracePeriod { get; set; }

    /// <summary>How much of it is kept for the critical pods, which go last. Default 0.</summary>
    [DurationRange("00:00:00", "1.00:00:00")]
    [Description("how much of that is kept for the critical pods")]
    public TimeSpan ShutdownGracePeriodCriticalPods { get; set; }

    /// <summary>The folder of static pods, one manifest a file; all nodes of this process run them. Default: none.</summary>
    [Description("folder of static pods, one manifest a file")]
    public string? PodManifestPath { get; set; }

    /// <summary>Below what pods are driven out at once, <c>signal&lt;amount</c>; all the defaults go when one is given.</summary>
    [Description("thresholds below which pods are driven out at once, signal<amount,...")]
    public IReadOnlyList<string> EvictionHard { get; set; } = EvictionSettings.DefaultHard;

    /// <summary>Below what pods are driven out after a while. Default: none.</summary>
    [Description("thresholds below which pods are driven out after their grace period, signal<amount,...")]
    public IReadOnlyList<string> EvictionSoft { get; set; } = [];

    /// <summary>After which while; one for each soft threshold.</summary>
    [Description("grace periods of the soft thresholds, signal=duration,...")]
    public IReadOnlyList<string> EvictionSoftGracePeriod { get; set; } = [];

    /// <summary>How many seconds a pod is given at a soft threshold, at most. Default 0.</summary>
    [Range(0, 86_400)]
    [Description("seconds that a pod is given at most to end at a soft threshold")]
    public int EvictionMaxPodGracePeriod { get; set; }

    /// <summary>How much beyond a threshold must be there again before it is over. Default: nothing.</summary>
    [Description("what is to be reclaimed beyond the thresholds, signal=amount,...")]
    public IReadOnlyList<string> EvictionMinimumReclaim { get; set; } = [];

    /// <summary>How long a node shows a pressure that is over. Default 5 minutes.</summary>
    [DurationRange("00:00:00", "1.00:00:00")]
    [Description("how long a node shows a pressure that is over")]
    public TimeSpan EvictionPressureTransitionPeriod { get; set; } = EvictionSettings.DefaultTransitionPeriod;

    internal PullLimits PullLimits => new(MaxParallelImagePulls, RegistryQps, RegistryBurst);

    internal ShutdownGrace ShutdownGrace => new(ShutdownGracePeriod - ShutdownGracePeriodCriticalPods, ShutdownGracePeriodCriticalPods);

    /// <summary>Whether the port is encrypted and knows its callers.</summary>
    internal bool HasTls => TlsCertFile is not null;

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Nodes.Count == 0) yield return new("names no node", [nameof(Nodes)]);
        if (Nodes.Distinct().Count() < Nodes.Count) yield return new("names a node twice", [nameof(Nodes)]);
        if (TlsCertFile is null != TlsPrivateKeyFile is null) yield return new("goes together with --tls-private-key-file", [nameof(TlsCertFile)]);
        if (ShutdownGracePeriodCriticalPods > ShutdownGracePeriod) yield return new("is a part of --shutdown-grace-period, and so not longer", [nameof(ShutdownGracePeriodCriticalPods)]);
        foreach (var (name, text) in new[] { (nameof(CapacityCpu), CapacityCpu), (nameof(CapacityMemory), CapacityMemory), (nameof(CapacityEphemeralStorage), CapacityEphemeralStorage) })
        {
            if (!Quantity.TryParse(text, out _)) yield return new($"'{text}' is not a quantity", [name]);
        }
        foreach (var (name, texts) in new[] { (nameof(KubeReserved), KubeReserved), (nameof(SystemReserved), SystemReserved) })
        {
            if (Reservation.Parse(texts, out var fault) is null) yield return new(fault, [name]);
        }
        ReadEviction(out var faults);
        foreach (var fault in faults) yield return new(fault.Text, [fault.Option]);
        foreach (var label in NodeLabels.Where(label => !label.Contains('=', StringComparison.Ordinal))) yield return new($"'{label}' is not key=value", [nameof(NodeLabels)]);
        foreach (var taint in RegisterWithTaints.Where(taint => TaintText.Parse(taint) is null))
        {
            yield return new($"'{taint}' is not key=value:effect, the effect NoSchedule, PreferNoSchedule or NoExecute", [nameof(RegisterWithTaints)]);
        }
    }

    internal NodeIdentity IdentityOf(string name, int index, IPAddress address, int port) => new(
        name,
        address.ToString(),
        port,
        new NodeCapacity(Canonical(CapacityCpu), Canonical(CapacityMemory), Canonical(CapacityEphemeralStorage), CapacityPods),
        NodeLabels.Select(label => label.Split('=', 2)).ToDictionary(parts => parts[0], parts => parts[1]),
        [.. RegisterWithTaints.Select(taint => TaintText.Parse(taint)!)],
        $"{_bootId[..^4]}{index:x4}")
    {
        Eviction = ReadEviction(out _)!, Reserved = Reservation.Parse(KubeReserved, out _)! + Reservation.Parse(SystemReserved, out _)!,
    };

    private EvictionSettings? ReadEviction(out IReadOnlyList<FlagFault> faults) =>
        new EvictionFlags(EvictionHard, EvictionSoft, EvictionSoftGracePeriod, EvictionMinimumReclaim)
            .Read(EvictionPressureTransitionPeriod, TimeSpan.FromSeconds(EvictionMaxPodGracePeriod), out faults);

    private static string Canonical(string quantity) => Quantity.Parse(quantity).ToString();
}
