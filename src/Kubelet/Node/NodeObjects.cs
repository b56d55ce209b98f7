using System.Runtime.InteropServices;

using Google.Protobuf.WellKnownTypes;

using MiniK8s.Api.Quantities;
using MiniK8s.Kubelet.Eviction;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Kubelet.Node;

/// <summary>The Node object as its kubelet writes it; functions of plain values [pkg/kubelet/kubelet_node_status.go, nodestatus/setters.go].</summary>
internal static class NodeObjects
{
    /// <summary>The Kubernetes version that this kubelet behaves like.</summary>
    public const string KubeletVersion = "v1.32.4";

    private const int MaxImages = 50;

    private static readonly (string Type, string Short, string ShortMessage, string Enough, string EnoughMessage)[] Pressures =
    [
        (EvictionSignal.MemoryPressure, "KubeletHasInsufficientMemory", "kubelet has insufficient memory available", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
        (EvictionSignal.DiskPressure, "KubeletHasDiskPressure", "kubelet has disk pressure", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
        (EvictionSignal.PidPressure, "KubeletHasInsufficientPID", "kubelet has insufficient PID available", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
    ];

    /// <summary>A new Node, with its first status.</summary>
    public static Protocol.Core.V1.Node Create(NodeIdentity identity, NodeReport report, DateTimeOffset now)
    {
        var node = new Protocol.Core.V1.Node { Metadata = new ObjectMeta { Name = identity.Name }, Spec = new NodeSpec(), Status = new NodeStatus() };
        node.Metadata.Annotations["volumes.kubernetes.io/controller-managed-attach-detach"] = "true";
        SetLabels(node, identity);
        node.Spec.Taints.Add(identity.Taints.Select(taint => taint.Clone()));
        node.Status = StatusOf(identity, report, before: null, now);
        return node;
    }

    /// <summary>Puts the labels back that are the kubelet's; true when one was missing or different.</summary>
    public static bool SetLabels(Protocol.Core.V1.Node node, NodeIdentity identity)
    {
        var changed = false;
        foreach (var (key, value) in LabelsOf(identity))
        {
            if (node.Metadata.Labels.TryGetValue(key, out var present) && present == value) continue;
            node.Metadata.Labels[key] = value;
            changed = true;
        }
        return changed;
    }

    /// <summary>
    /// The whole status; <paramref name="before"/> gives the transition times of conditions that have not changed, and what others have written:
    /// extended resources, all of which are allocatable, and conditions that are none of the kubelet's.
    /// </summary>
    /// <remarks>Source: MachineInfo, pkg/kubelet/nodestatus/setters.go.</remarks>
    public static NodeStatus StatusOf(NodeIdentity identity, NodeReport report, NodeStatus? before, DateTimeOffset now)
    {
        var status = new NodeStatus
        {
            NodeInfo = InfoOf(identity, report.Runtime),
            DaemonEndpoints = new NodeDaemonEndpoints { KubeletEndpoint = new DaemonEndpoint { Port = identity.KubeletPort } },
        };
        status.Addresses.Add(new NodeAddress { Type = "InternalIP", Address = identity.InternalIp });
        status.Addresses.Add(new NodeAddress { Type = "Hostname", Address = identity.Name });
        AddResources(status, identity);
        foreach (var (resource, amount) in before?.Capacity ?? [])
        {
            if (status.Capacity.TryAdd(resource, amount)) status.Allocatable[resource] = amount;
        }
        status.Conditions.Add(Conditions(report).Select(condition => Timed(condition, before, now)));
        status.Conditions.Add((before?.Conditions ?? []).Where(theirs => status.Conditions.All(own => own.Type != theirs.Type)).ToList());
        status.Images.Add(report.Images.OrderByDescending(i => i.Size).Take(MaxImages).Select(ImageOf));
        return status;
    }

    /// <summary>The events of a status that takes the place of another: a pressure has come or gone.</summary>
    public static IEnumerable<string> PressureEvents(NodeStatus? before, NodeStatus now) =>
        from pressure in Pressures
        let condition = now.Conditions.First(c => c.Type == pressure.Type)
        where before?.Conditions.FirstOrDefault(c => c.Type == pressure.Type) is { } was && was.Status != condition.Status
        select condition.Reason.Replace("Kubelet", "Node", StringComparison.Ordinal);

    /// <summary>What is left for pods: what is reserved they cannot have, nor what hard eviction keeps free.</summary>
    public static IReadOnlyDictionary<string, string> Allocatable(NodeIdentity identity)
    {
        var (capacity, reserved, eviction) = (identity.Capacity, identity.Reserved, identity.Eviction);
        return new Dictionary<string, string>
        {
            ["cpu"] = Left(Quantity.Parse(capacity.Cpu), reserved.Cpu, 0).ToString(),
            ["memory"] = Left(Quantity.FromUnits(capacity.MemoryBytes, QuantityFormat.BinarySI), reserved.Memory, eviction.Reserved(EvictionSignal.Memory, capacity.MemoryBytes)).ToString(),
            ["ephemeral-storage"] = $"{Left(Quantity.FromUnits(capacity.DiskBytes), reserved.EphemeralStorage, eviction.Reserved(EvictionSignal.NodeFs, capacity.DiskBytes)).Value}",
            ["pods"] = $"{capacity.Pods}",
        };
    }

    private static Quantity Left(Quantity capacity, Quantity reserved, long forEviction) =>
        capacity - reserved - Quantity.FromUnits(forEviction) is { Sign: > 0 } left ? left : Quantity.FromUnits(0, capacity.Format);

    private static IEnumerable<KeyValuePair<string, string>> LabelsOf(NodeIdentity identity)
    {
        var architecture = Architecture();
        yield return new("kubernetes.io/hostname", identity.Name);
        yield return new("kubernetes.io/os", "linux");
        yield return new("kubernetes.io/arch", architecture);
        yield return new("beta.kubernetes.io/os", "linux");
        yield return new("beta.kubernetes.io/arch", architecture);
        foreach (var label in identity.Labels) yield return label;
    }

    private static void AddResources(NodeStatus status, NodeIdentity identity)
    {
        var capacity = identity.Capacity;
        status.Capacity["cpu"] = capacity.Cpu;
        status.Capacity["memory"] = capacity.Memory;
        status.Capacity["ephemeral-storage"] = capacity.EphemeralStorage;
        status.Capacity["pods"] = $"{capacity.Pods}";
        foreach (var (resource, amount) in Allocatable(identity)) status.Allocatable[resource] = amount;
    }

    private static IEnumerable<NodeCondition> Conditions(NodeReport report) =>
    [
        .. Pressures.Select(pressure => report.Pressures.Contains(pressure.Type)
            ? new NodeCondition { Type = pressure.Type, Status = "True", Reason = pressure.Short, Message = pressure.ShortMessage }
            : new NodeCondition { Type = pressure.Type, Status = "False", Reason = pressure.Enough, Message = pressure.EnoughMessage }),
        report.NotReady is null
            ? new() { Type = "Ready", Status = "True", Reason = "KubeletReady", Message = "kubelet is posting ready status" }
            : new() { Type = "Ready", Status = "False", Reason = "KubeletNotReady", Message = report.NotReady },
    ];

    private static NodeCondition Timed(NodeCondition condition, NodeStatus? before, DateTimeOffset now)
    {
        var previous = before?.Conditions.FirstOrDefault(c => c.Type == condition.Type);
        condition.LastHeartbeatTime = new Timestamp { Seconds = now.ToUnixTimeSeconds() };
        condition.LastTransitionTime = previous?.Status == condition.Status && previous.LastTransitionTime is { } unchanged
            ? unchanged.Clone()
            : condition.LastHeartbeatTime.Clone();
        return condition;
    }

    private static NodeSystemInfo InfoOf(NodeIdentity identity, Runtime.RuntimeVersion runtime) => new()
    {
        MachineId = identity.Name,
        SystemUuid = identity.Name,
        BootId = identity.BootId,
        KernelVersion = Environment.OSVersion.Version.ToString(),
        OsImage = "MiniK8s simulated Linux",
        ContainerRuntimeVersion = $"{runtime.Name}://{runtime.Version}",
        KubeletVersion = KubeletVersion,
        KubeProxyVersion = KubeletVersion,
        OperatingSystem = "linux",
        Architecture = Architecture(),
    };

    private static ContainerImage ImageOf(Runtime.ImageInfo image)
    {
        var shown = new ContainerImage { SizeBytes = image.Size };
        shown.Names.Add(image.RepoDigests.Concat(image.RepoTags).Take(5));
        return shown;
    }

    private static string Architecture() => RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "amd64";
}

/// <summary>What of a node's status changes while it runs.</summary>
/// <param name="NotReady">Why it is not Ready; null when it is.</param>
internal sealed record NodeReport(Runtime.RuntimeVersion Runtime, IReadOnlyList<Runtime.ImageInfo> Images, string? NotReady = null)
{
    /// <summary>What it is short of: the conditions' types.</summary>
    public IReadOnlyCollection<string> Pressures { get; init; } = [];
}
