using MiniK8s.Client.Resources;
using MiniK8s.ClusterKit;
using MiniK8s.Protocol.Coordination.V1;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.V1;

namespace MiniK8s.Cluster.Tests.Faults;

/// <summary>A node that is cut off from its apiserver while one pod runs, one ends, one is being stopped and one is bound to it.</summary>
/// <param name="Pods">What became of each, by what it was doing.</param>
/// <param name="Deadline">When the stopping one's grace ended.</param>
/// <param name="Mended">When the wire was whole again.</param>
/// <param name="Renewals">The node's lease before the cut and after the end of it.</param>
internal sealed record CutStory(
    IReadOnlyDictionary<string, CutPod> Pods, DateTimeOffset Deadline, DateTimeOffset Mended, (DateTimeOffset Before, DateTimeOffset After) Renewals)
{
    private const string Namespace = "default";

    // The ending pod's own time, and the stopping one's: both run out while the wire is cut.
    private const int Seconds = 10;
    private const int Grace = 5;

    /// <param name="shared">The lab.</param>
    /// <param name="name">The node; its wire is a black hole or ends with a reset.</param>
    public static async Task<CutStory> PlayAsync(FaultLab shared, string name)
    {
        var api = shared.Lab.Api;
        await using var wire = new CutProxy(FaultyNode.ServerOf(shared.Lab).Port);
        await using var node = shared.Node(name, wire);
        await using var watch = await WatchRecording<Pod>.StartAsync(api, Namespace, $"spec.nodeName={name}");
        node.Start();
        await RunAsync(Scripts.Obedient, "running");
        var stopping = await RunAsync(Scripts.Deaf, "stopping");
        await RunAsync($"sleep {Seconds}; exit 3", "ending");
        var deadline = (await api.DeletePodAsync(Namespace, NameOf("stopping"))).Metadata.DeletionTimestamp.ToDateTimeOffset();
        await Eventually.TrueAsync(() => node.HasNoted($"stop {stopping.Metadata.Uid} main"), "the stop has begun");
        var before = await RenewalAsync();

        if (name == "hole") wire.BlackHole();
        else wire.Reset();
        await api.CreatePodAsync(Script(Scripts.Obedient, "arriving"));
        await Task.Delay(TimeSpan.FromSeconds(Seconds + 2));       // the fault's length: both times are over
        var mended = DateTimeOffset.UtcNow;
        wire.Mend();

        // By the watch: what is said of them below is what it has told.
        await watch.UntilAsync(change => change.Object.Metadata.Name == NameOf("arriving") && change.Object.Condition("Ready") == "True", "the one that arrives is ready");
        await watch.UntilAsync(change => change.Object.Metadata.Name == NameOf("ending") && change.Object.Status.Phase == "Failed", "the one that ends has failed");
        await watch.UntilAsync(change => change.Type == WatchEventType.Deleted && change.Object.Metadata.Name == NameOf("stopping"), "DELETED");
        await Eventually.TrueAsync(async () => await RenewalAsync() > mended, $"the lease of {name} is renewed");
        var pods = new Dictionary<string, CutPod>();
        foreach (var kind in (string[])["running", "stopping", "ending", "arriving"])
        {
            IReadOnlyList<WatchChange<Pod>> steps = [.. watch.Changes.Where(change => change.Object.Metadata.Name == NameOf(kind))];
            pods[kind] = new CutPod(steps, node.Starts(steps[0].Object.Metadata.Uid, "main"));
            if (kind != "stopping") await api.DeletePodAsync(Namespace, NameOf(kind));
        }
        foreach (var kind in pods.Keys) await api.UntilGoneAsync(Namespace, NameOf(kind));
        return new CutStory(pods, deadline, mended, (before, await RenewalAsync()));

        string NameOf(string kind) => $"{name}-{kind}";

        Pod Script(string script, string kind) => A.Script(Namespace, NameOf(kind), script).Grace(Grace).Restart("Never").OnNode(name);

        async Task<Pod> RunAsync(string script, string kind)
        {
            await api.CreatePodAsync(Script(script, kind));
            return await api.UntilRunningAsync(Namespace, NameOf(kind));
        }

        async Task<DateTimeOffset> RenewalAsync() =>
            (await api.Resource<Lease>().GetAsync("kube-node-lease", name, CancellationToken.None)).Spec.RenewTime.ToDateTimeOffset();
    }
}

/// <param name="Steps">As a watcher saw it.</param>
/// <param name="Starts">How often its container was started.</param>
internal sealed record CutPod(IReadOnlyList<WatchChange<Pod>> Steps, int Starts)
{
    public ContainerStatus Last => Steps[^1].Object.Status.ContainerStatuses[0];
}
