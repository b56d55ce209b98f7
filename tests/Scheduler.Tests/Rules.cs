using MiniK8s.Api.Selectors;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Scheduler.Tests;

// What pods want of other pods: A.Pod().Label("app", "web").Near(Rules.Term("app=db", Rules.Zone)).
internal static class Rules
{
    public const string Host = "kubernetes.io/hostname";
    public const string Zone = "topology.kubernetes.io/zone";

    /// <summary>A node that is a host of its own name, in the zone unless that is "".</summary>
    public static Node HostIn(string name, string zone = "")
    {
        var node = A.Node(name).Label(Host, name);
        return zone.Length == 0 ? node : node.Label(Zone, zone);
    }

    public static Pod In(this Pod pod, string ns)
    {
        pod.Metadata.Namespace = ns;
        return pod;
    }

    public static Pod OwnedBy(this Pod pod, string kind, string name, string apiVersion = "apps/v1")
    {
        pod.Metadata.OwnerReferences.Add(new OwnerReference { ApiVersion = apiVersion, Kind = kind, Name = name, Uid = $"uid-{name}", Controller = true });
        return pod;
    }

    public static Namespace Namespace(string name, params (string Key, string Value)[] labels)
    {
        var ns = new Namespace { Metadata = new ObjectMeta { Name = name } };
        foreach (var (key, value) in labels) ns.Metadata.Labels[key] = value;
        return ns;
    }

    /// <summary>The selector of a text such as <c>app=web,tier in (a,b),!old</c>; null for null.</summary>
    public static LabelSelector? Selector(string? text)
    {
        if (text is null) return null;
        var selector = new LabelSelector();
        foreach (var requirement in LabelQuery.Parse(text).Requirements)
        {
            if (requirement.Operator == LabelOperator.Equal) selector.MatchLabels[requirement.Key] = requirement.Values[0];
            else selector.MatchExpressions.Add(new LabelSelectorRequirement { Key = requirement.Key, Operator = NameOf(requirement.Operator), Values = { requirement.Values } });
        }
        return selector;
    }

    public static PodAffinityTerm Term(string? pods, string key = Host, string? namespaceSelector = null, params string[] namespaces) => new()
    {
        LabelSelector = Selector(pods), TopologyKey = key, NamespaceSelector = Selector(namespaceSelector), Namespaces = { namespaces },
    };

    public static Pod Near(this Pod pod, params PodAffinityTerm[] terms)
    {
        AffinityOf(pod).PodAffinity.RequiredDuringSchedulingIgnoredDuringExecution.Add(terms);
        return pod;
    }

    public static Pod NotNear(this Pod pod, params PodAffinityTerm[] terms)
    {
        AffinityOf(pod).PodAntiAffinity.RequiredDuringSchedulingIgnoredDuringExecution.Add(terms);
        return pod;
    }

    public static Pod Prefers(this Pod pod, int weight, PodAffinityTerm term)
    {
        AffinityOf(pod).PodAffinity.PreferredDuringSchedulingIgnoredDuringExecution.Add(Weighted(weight, term));
        return pod;
    }

    public static Pod Avoids(this Pod pod, int weight, PodAffinityTerm term)
    {
        AffinityOf(pod).PodAntiAffinity.PreferredDuringSchedulingIgnoredDuringExecution.Add(Weighted(weight, term));
        return pod;
    }

    public static TopologySpreadConstraint Over(string key, string? pods = "app=web", int maxSkew = 1, bool hard = true) => new()
    {
        TopologyKey = key, LabelSelector = Selector(pods), MaxSkew = maxSkew, WhenUnsatisfiable = hard ? "DoNotSchedule" : "ScheduleAnyway",
    };

    public static Pod Spread(this Pod pod, params TopologySpreadConstraint[] constraints) => pod.With(spec => spec.TopologySpreadConstraints.Add(constraints));

    // An object's selector has no operator of its own for !=.
    private static string NameOf(LabelOperator op) => op == LabelOperator.NotEqual ? "NotIn" : $"{op}";

    private static WeightedPodAffinityTerm Weighted(int weight, PodAffinityTerm term) => new() { Weight = weight, PodAffinityTerm = term };

    private static Affinity AffinityOf(Pod pod)
    {
        var affinity = pod.Spec.Affinity ??= new Affinity();
        affinity.PodAffinity ??= new PodAffinity();
        affinity.PodAntiAffinity ??= new PodAntiAffinity();
        return affinity;
    }
}
