using MiniK8s.Client.Connection;
using MiniK8s.ClusterKit;

namespace MiniK8s.Cluster.Tests.Faults;

/// <summary>One kubelet beside those of a lab, a process of its own that the test starts, lets die and starts again on the same state.</summary>
internal sealed class FaultyNode : FaultyProcess
{
    private readonly string _nodes;
    private readonly string _kubeconfig;

    private FaultyNode(Lab lab, string name, string nodes, string kubeconfig)
        : base(lab, name, "KubeletFaults") => (_nodes, _kubeconfig) = (nodes, kubeconfig);

    private string Identity => $"kubelet-{Name}";

    /// <summary>Gives these nodes identities in the lab.</summary>
    public static async Task EnrolAsync(Lab lab, IEnumerable<string> names)
    {
        string[] arguments = [Lab.Program, "certs", "--dir", Pki(lab), "--server", ServerOf(lab).ToString(), .. names.SelectMany(name => (string[])["--node", name])];
        var made = await Command.RunAsync("dotnet", arguments);
        if (made.ExitCode != 0) throw new InvalidOperationException(made.Error);
    }

    /// <summary>A node that <see cref="EnrolAsync"/> knows.</summary>
    /// <param name="lab">Its cluster.</param>
    /// <param name="name">Its name.</param>
    /// <param name="through">A wire to the apiserver; null: straight there.</param>
    public static FaultyNode Of(Lab lab, string name, CutProxy? through = null)
    {
        var kubeconfig = Path.Combine(Pki(lab), $"kubelet-{name}.kubeconfig");
        if (through is null) return new FaultyNode(lab, name, name, kubeconfig);
        var text = File.ReadAllText(kubeconfig).Replace($":{ServerOf(lab).Port}", $":{through.Port}", StringComparison.Ordinal);
        var wired = Path.Combine(Pki(lab), $"kubelet-{name}-wired.kubeconfig");
        File.WriteAllText(wired, text);
        return new FaultyNode(lab, name, name, wired);
    }

    /// <summary>Many nodes in one process, which speaks to the apiserver as the cluster's administrator: no certificate is for many nodes.</summary>
    public static FaultyNode Of(Lab lab, string name, IEnumerable<string> nodes) => new(lab, name, string.Join(',', nodes), lab.Kubeconfig);

    public static Uri ServerOf(Lab lab) => KubeConfig.Load(lab.Kubeconfig).Server;

    public void Start(params string[] faults) => StartProcess(
    [
        "--nodes", _nodes, "--kubeconfig", _kubeconfig, "--state-dir", FileOf("state"),
        "--tls-cert-file", Path.Combine(Pki(Cluster), $"{Identity}.crt"), "--tls-private-key-file", Path.Combine(Pki(Cluster), $"{Identity}.key"),
        "--client-ca-file", Path.Combine(Pki(Cluster), "ca.crt"),
        .. faults,
    ]);

    /// <summary>How often a container of the pod was started, over all lives of the kubelet.</summary>
    public int Starts(string uid, string container) => Notes.Count(note => note.StartsWith($"start {uid} {container} ", StringComparison.Ordinal));

    /// <summary>How many containers of each pod were started, by its uid.</summary>
    public IReadOnlyDictionary<string, int> StartsByPod() =>
        Notes.Where(note => note.StartsWith("start ", StringComparison.Ordinal)).CountBy(note => note.Split(' ')[1]).ToDictionary();

    /// <summary>Whether no instance of any container was started twice.</summary>
    public bool StartsAreUnique() => Notes.Where(note => note.StartsWith("start ", StringComparison.Ordinal)).GroupBy(note => note).All(same => same.Count() == 1);

    /// <summary>When the last stop of that container began, and how long the runtime was to wait before the kill.</summary>
    public (DateTimeOffset Began, TimeSpan Grace) LastStop(string uid, string container)
    {
        var words = Notes.Last(note => note.StartsWith($"grace {uid} {container} ", StringComparison.Ordinal)).Split(' ');
        return (DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(words[3])), TimeSpan.FromMilliseconds(long.Parse(words[4])));
    }

    /// <summary>Whether it has written both lines, in this order.</summary>
    public bool CameBefore(string first, string second)
    {
        var (one, other) = (Array.IndexOf(Notes, first), Array.IndexOf(Notes, second));
        return one >= 0 && other > one;
    }
}
