using MiniK8s.ClusterKit;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Cluster.Tests.Faults;

/// <summary>A lab in which a node that is silent is lost after half a minute; each test has a node of its own to lose, and there are others that stay.</summary>
/// <remarks>The nodes that stay are many: where most of a cluster is lost nobody is evicted.</remarks>
public sealed class EvictionLab : IAsyncLifetime
{
    /// <summary>How long a pod of <see cref="Tolerating"/> stays on a node that is lost.</summary>
    internal const int Seconds = 2;

    private const int Stays = 12;
    private const string Unreachable = "node.kubernetes.io/unreachable";

    // Kubelets speak each 10 s; this is twice that and a machine under load. All that are lost are given up at once.
    private static readonly Dictionary<string, string> Settings = new()
    {
        ["MINIK8S_NODE_MONITOR_GRACE_PERIOD"] = "25s", ["MINIK8S_NODE_MONITOR_PERIOD"] = "1s", ["MINIK8S_NODE_EVICTION_RATE"] = "100",
    };

    private readonly Lock _gate = new();
    private Dictionary<string, Task>? _stories;

    public Lab Lab { get; private set; } = null!;

    /// <summary>The nodes that stay.</summary>
    internal FaultyNode Home { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Lab = await Lab.StartWithAsync(Settings, null, "--nodes", "0");
        await FaultyNode.EnrolAsync(Lab, ["home", "halfway", "killed", "parted", "named"]);
        Home = FaultyNode.Of(Lab, "home", Enumerable.Range(1, Stays).Select(number => $"home-{number}"));
        Home.Start();
    }

    public async Task DisposeAsync()
    {
        Task[] running;
        lock (_gate) running = [.. _stories?.Values.AsEnumerable() ?? []];
        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);     // each has its own test to speak for it
        await Home.DisposeAsync();
        await Lab.DisposeAsync();
    }

    /// <summary>Returns once the story of that node has been played. The first to ask begins all of them, since most of each is waiting.</summary>
    internal Task PlayedAsync(string node)
    {
        lock (_gate)
        {
            _stories ??= new Dictionary<string, Task>
            {
                ["halfway"] = Task.Run(() => new ReplacedStory(this).PlayAsync()),
                ["killed"] = Task.Run(() => new LostNodeStory(this, "killed", isKilled: true).PlayAsync()),
                ["parted"] = Task.Run(() => new LostNodeStory(this, "parted", isKilled: false).PlayAsync()),
                ["named"] = Task.Run(() => new IdentityStory(this).PlayAsync()),
            };
            return _stories[node];
        }
    }

    /// <summary>A pod for that node, or, while it takes none, any other; it stays on a node that is lost for <see cref="Seconds"/>.</summary>
    internal static Pod Template(string name, string node)
    {
        var pod = Tolerating(A.Script("default", name, Scripts.Obedient).Grace(5), Seconds);
        var here = new NodeSelectorTerm { MatchExpressions = { new NodeSelectorRequirement { Key = "kubernetes.io/hostname", Operator = "In", Values = { node } } } };
        pod.Spec.Affinity = new Affinity
        {
            NodeAffinity = new NodeAffinity { PreferredDuringSchedulingIgnoredDuringExecution = { new PreferredSchedulingTerm { Weight = 100, Preference = here } } },
        };
        return pod;
    }

    /// <summary>The pod, on a node that is lost for so long; null: for ever.</summary>
    internal static Pod Tolerating(Pod pod, int? seconds)
    {
        var toleration = new Toleration { Key = Unreachable, Operator = "Exists", Effect = "NoExecute" };
        if (seconds is { } limit) toleration.TolerationSeconds = limit;
        pod.Spec.Tolerations.Add(toleration);
        return pod;
    }

    /// <summary>Returns once the node says that it is ready.</summary>
    internal Task UntilReadyAsync(string node) => UntilNodeAsync(node, each => Ready(each) == "True" && each.Spec.Taints.Count == 0, "is ready and not tainted");

    /// <summary>Returns once the scheduler, too, knows that the node takes pods: it hears of nodes and of pods by watches of their own, in any order.</summary>
    internal async Task UntilChosenAsync(string node)
    {
        var probe = A.Pod("default", $"{node}-probe");
        probe.Spec.NodeSelector["kubernetes.io/hostname"] = node;
        probe.Spec.Containers[0].Resources = new ResourceRequirements { Requests = { ["cpu"] = "1000" } };
        await Lab.Api.CreatePodAsync(probe);
        await Lab.Api.UntilPodAsync(
            "default", probe.Metadata.Name, pod => pod.Status.Conditions.Any(each => each.Type == "PodScheduled" && each.Message.Contains("1 Insufficient cpu", StringComparison.Ordinal)), $"lacks only room on {node}");
        await Lab.Api.DeletePodAsync("default", probe.Metadata.Name);
    }

    /// <summary>Returns once the node has been given up.</summary>
    internal Task UntilLostAsync(string node) => UntilNodeAsync(
        node, each => Ready(each) == "Unknown" && each.Spec.Taints.Any(taint => taint is { Key: Unreachable, Effect: "NoExecute" }), "is lost");

    /// <summary>Returns once the pod has been told to go because its node is lost; checks that it was told why first, and that its kubelet had no part in it.</summary>
    internal async Task<Pod> UntilEvictedAsync(string pod)
    {
        var evicted = await Lab.Api.UntilPodAsync("default", pod, each => each.IsTerminating(), "is evicted");
        var why = evicted.Status.Conditions.Single(condition => condition.Type == "DisruptionTarget");
        Assert.Equal(("True", "DeletionByTaintManager", "Taint manager: deleting due to NoExecute taint"), (why.Status, why.Reason, why.Message));
        await Eventually.TrueAsync(
            async () => (await Lab.Api.Resource<Event>().ListAsync("default", new ListOptions(), CancellationToken.None)).Items
                .Any(each => each.Reason == "TaintManagerEviction" && each.Message == $"Marking for deletion Pod default/{pod}"),
            $"the event that {pod} is evicted");
        return evicted;
    }

    private Task UntilNodeAsync(string node, Func<Node, bool> fits, string what) => Eventually.GetAsync(
        async () => (await Lab.Api.Resource<Node>().ListAsync("", new ListOptions(), CancellationToken.None)).Items.FirstOrDefault(each => each.Metadata.Name == node), fits, $"{node} {what}");

    private static string? Ready(Node node) => node.Status?.Conditions.FirstOrDefault(condition => condition.Type == "Ready")?.Status;
}

[CollectionDefinition("evictions")]
public sealed class EvictionCollection : ICollectionFixture<EvictionLab>;
