using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.IntStr;
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

    /// <summary>A Pod as a ReplicaSet makes it of a usual Deployment: of a hundred applications, with all that those say of themselves.</summary>
    public static Pod Deployed(int number)
    {
        var app = $"application-{number % 100}";
        var pod = Pod($"{app}-7d4f8b9c6d-{number}");
        pod.Metadata.Labels.Add(new Dictionary<string, string> { ["app"] = app, ["tier"] = "backend", ["team"] = "payments", ["pod-template-hash"] = "7d4f8b9c6d" });
        pod.Metadata.Annotations["prometheus.io/scrape"] = "true";
        pod.Metadata.Annotations["prometheus.io/port"] = "8080";
        pod.Metadata.OwnerReferences.Add(new OwnerReference
        {
            ApiVersion = "apps/v1", Kind = "ReplicaSet", Name = $"{app}-7d4f8b9c6d", Uid = $"8e1d4c8a-0000-4000-8000-{number % 100:000000000000}",
        });
        var container = pod.Spec.Containers[0];
        (container.Name, container.Image) = (app, $"registry.example.com/team/{app}:1.27.3");
        container.Resources.Limits.Add(new Dictionary<string, string> { ["cpu"] = "1", ["memory"] = "1Gi" });
        container.Ports.Add(new ContainerPort { Name = "http", ContainerPort_ = 8080 });
        for (var i = 0; i < 10; i++) container.Env.Add(new EnvVar { Name = $"SETTING_{i}", Value = $"https://service-{i}.example.com/path" });
        container.VolumeMounts.Add(new VolumeMount { Name = "config", MountPath = "/etc/application" });
        container.ReadinessProbe = new Probe { PeriodSeconds = 5, Handler = new ProbeHandler { HttpGet = new HTTPGetAction { Path = "/ready", Port = new IntOrString { IntVal = 8080 } } } };
        container.LivenessProbe = new Probe { PeriodSeconds = 10, Handler = new ProbeHandler { HttpGet = new HTTPGetAction { Path = "/live", Port = new IntOrString { IntVal = 8080 } } } };
        pod.Spec.Volumes.Add(new Volume { Name = "config", VolumeSource = new VolumeSource { ConfigMap = new ConfigMapVolumeSource { LocalObjectReference = new LocalObjectReference { Name = app } } } });
        return pod;
    }

    public static Pod On(this Pod pod, string node)
    {
        pod.Spec.NodeName = node;
        return pod;
    }

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
