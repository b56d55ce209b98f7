using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Load.Scheduling;

/// <summary>The nodes and Pods of scheduler_perf's templates.</summary>
internal static class Shapes
{
    private const string Zone = "topology.kubernetes.io/zone";
    private const string Hostname = "kubernetes.io/hostname";

    public static Node Node(int number, string? zone = null)
    {
        var node = new Node
        {
            Metadata = new ObjectMeta { Name = $"node-{number}", Uid = $"uid-node-{number}", Labels = { [Hostname] = $"node-{number}" } },
            Spec = new NodeSpec(),
            Status = new NodeStatus
            {
                Allocatable = { ["cpu"] = "4", ["memory"] = "32Gi", ["pods"] = "110" },
                Capacity = { ["cpu"] = "4", ["memory"] = "32Gi", ["pods"] = "110" },
            },
        };
        if (zone is not null) node.Metadata.Labels[Zone] = zone;
        return node;
    }

    public static Pod Pod(string name, string ns = "default", string cpu = "100m") => new()
    {
        Metadata = new ObjectMeta { Name = name, Namespace = ns, Uid = $"uid-{ns}-{name}" },
        Spec = new PodSpec
        {
            SchedulerName = "default-scheduler",
            TerminationGracePeriodSeconds = 0,
            Containers =
            {
                new Container
                {
                    Name = "pause",
                    Image = "registry.k8s.io/pause:3.10",
                    Resources = new ResourceRequirements { Requests = { ["cpu"] = cpu, ["memory"] = "500Mi" } },
                },
            },
        },
        Status = new PodStatus { Phase = "Pending" },
    };

    public static Pod Urgency(this Pod pod, int priority)
    {
        pod.Spec.Priority = priority;
        return pod;
    }

    public static Pod InZones(this Pod pod, params string[] zones)
    {
        var wanted = new NodeSelectorRequirement { Key = Zone, Operator = "In", Values = { zones } };
        pod.Spec.Affinity = new Affinity
        {
            NodeAffinity = new NodeAffinity
            {
                RequiredDuringSchedulingIgnoredDuringExecution = new NodeSelector { NodeSelectorTerms = { new NodeSelectorTerm { MatchExpressions = { wanted } } } },
            },
        };
        return pod;
    }

    public static Pod Spread(this Pod pod)
    {
        pod.Metadata.Labels["color"] = "blue";
        pod.Spec.TopologySpreadConstraints.Add(new TopologySpreadConstraint
        {
            MaxSkew = 5, TopologyKey = Zone, WhenUnsatisfiable = "DoNotSchedule", LabelSelector = Color("blue"),
        });
        return pod;
    }

    public static Pod Apart(this Pod pod)
    {
        pod.Metadata.Labels["color"] = "green";
        pod.Spec.Affinity = new Affinity { PodAntiAffinity = new PodAntiAffinity { RequiredDuringSchedulingIgnoredDuringExecution = { Term("green", Hostname) } } };
        return pod;
    }

    public static Pod Together(this Pod pod)
    {
        pod.Metadata.Labels["color"] = "blue";
        pod.Spec.Affinity = new Affinity { PodAffinity = new PodAffinity { RequiredDuringSchedulingIgnoredDuringExecution = { Term("blue", Zone) } } };
        return pod;
    }

    private static PodAffinityTerm Term(string color, string topologyKey) =>
        new() { LabelSelector = Color(color), TopologyKey = topologyKey, Namespaces = { "sched-0", "sched-1" } };

    private static LabelSelector Color(string color) => new() { MatchLabels = { ["color"] = color } };
}
