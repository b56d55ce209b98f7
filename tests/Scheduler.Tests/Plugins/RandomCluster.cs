using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Tests.Reference;

namespace MiniK8s.Scheduler.Tests.Plugins;

/// <summary>Small clusters of few names, so that rules meet often: at most 7 nodes, 14 pods, 3 namespaces.</summary>
internal sealed class RandomCluster
{
    private static readonly string[] Apps = ["web", "db", "cache"];
    private static readonly string[] Tiers = ["front", "back"];
    private static readonly string[] Zones = ["", "", "a", "b", "c"];
    private static readonly string[] Selectors = ["app=web", "app=db", "app in (web,cache)", "app!=db", "tier", "!tier", "tier=back", "app=web,tier=front", ""];
    private static readonly string[] NamespaceSelectors = ["env=prod", "env!=prod", "!env", "env in (prod,test)", ""];
    private static readonly string[] NamespaceNames = ["default", "prod", "test", "unknown"];
    private static readonly string[] Keys = [Rules.Host, Rules.Zone, "rack"];

    private readonly Random _random;
    private int _made;

    public RandomCluster(int seed)
    {
        _random = new Random(seed);
        for (var n = _random.Next(1, 8); n > 0; n--) AddNode();
        for (var n = _random.Next(15); n > 0; n--) Pods.Add(Placed());
    }

    public List<Node> Nodes { get; } = [];

    /// <summary>Each with the name of its node in its spec.</summary>
    public List<Pod> Pods { get; } = [];

    public IReadOnlyList<Namespace> Namespaces { get; } =
        [Rules.Namespace("default"), Rules.Namespace("prod", ("env", "prod")), Rules.Namespace("test", ("env", "test"))];

    /// <summary>As it is now.</summary>
    public World World => new(Nodes, Pods) { Namespaces = Namespaces };

    public Snapshot Snapshot() => World.Snapshot();

    public bool Chance(int oneIn) => _random.Next(oneIn) == 0;

    public T Pick<T>(IReadOnlyList<T> from) => from[_random.Next(from.Count)];

    public Node AddNode()
    {
        var node = Rules.HostIn($"n{++_made}", Pick(Zones));
        if (Chance(6)) node.Metadata.Labels.Remove(Rules.Host);
        if (Chance(2)) node.Label("rack", $"{_random.Next(2)}");
        if (Chance(2)) node.Label("disk", Chance(2) ? "ssd" : "hdd");
        if (Chance(4)) node.Taint("gpu", "", Chance(2) ? "NoSchedule" : "PreferNoSchedule");
        Nodes.Add(node);
        return node;
    }

    public Pod Placed() => Pod().OnNode(Pick(Nodes).Metadata.Name);

    /// <summary>A pod that waits, with or without rules of each kind.</summary>
    public Pod Pod()
    {
        var pod = A.Pod($"p{++_made}").In(Chance(2) ? "default" : Pick(NamespaceNames)).Label("app", Pick(Apps));
        if (Chance(2)) pod.Label("tier", Pick(Tiers));
        if (Chance(6)) pod.Deleted();
        if (Chance(5)) pod.With(spec => spec.NodeSelector["disk"] = "ssd");
        if (Chance(4)) pod.Tolerates("gpu", "Exists");
        while (Chance(3)) pod.Near(Term());
        while (Chance(4)) pod.NotNear(Term());
        while (Chance(3)) pod.Prefers(_random.Next(1, 101), Term());
        while (Chance(3)) pod.Avoids(_random.Next(1, 101), Term());
        foreach (var key in Keys)
        {
            if (Chance(3)) pod.Spread(Constraint(key));
        }
        return pod;
    }

    private PodAffinityTerm Term()
    {
        var term = Rules.Term(Chance(12) ? null : Pick(Selectors), Pick(Keys), Chance(3) ? Pick(NamespaceSelectors) : null);
        if (Chance(3)) term.Namespaces.Add(Pick(NamespaceNames));
        return term;
    }

    private TopologySpreadConstraint Constraint(string key)
    {
        var constraint = Rules.Over(key, Chance(12) ? null : Pick(Selectors), _random.Next(1, 4), Chance(2));
        if (constraint.WhenUnsatisfiable == "DoNotSchedule" && Chance(3)) constraint.MinDomains = _random.Next(1, 5);
        if (Chance(2)) constraint.NodeAffinityPolicy = Chance(2) ? "Honor" : "Ignore";
        if (Chance(2)) constraint.NodeTaintsPolicy = Chance(2) ? "Honor" : "Ignore";
        if (Chance(6) && constraint.LabelSelector is not null) constraint.MatchLabelKeys.Add("tier");
        return constraint;
    }
}
