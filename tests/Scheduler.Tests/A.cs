using Google.Protobuf.WellKnownTypes;

using Microsoft.Extensions.Logging.Abstractions;

using MiniK8s.Client.Events;
using MiniK8s.Client.Resources;
using MiniK8s.Client.Tests.Fakes;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Scheduler.Configuration;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Tests.Fakes;

namespace MiniK8s.Scheduler.Tests;

// Pods and nodes of which a test says only what matters: A.Pod("web").Cpu("500m").OnNode("n1").
internal static class A
{
    public static Pod Pod(string name = "web") => new()
    {
        Metadata = new ObjectMeta { Namespace = "default", Name = name, Uid = $"uid-{name}", ResourceVersion = "1" },
        Spec = new PodSpec { SchedulerName = "default-scheduler", Containers = { new Container { Name = "main" } } },
        Status = new PodStatus { Phase = "Pending" },
    };

    public static Pod Cpu(this Pod pod, string cpu) => pod.Requests(pod.Spec.Containers[0], "cpu", cpu);

    public static Pod Memory(this Pod pod, string memory) => pod.Requests(pod.Spec.Containers[0], "memory", memory);

    public static Pod Requests(this Pod pod, Container container, string resource, string amount)
    {
        container.Resources ??= new ResourceRequirements();
        container.Resources.Requests[resource] = amount;
        return pod;
    }

    public static Pod With(this Pod pod, Action<PodSpec> change)
    {
        change(pod.Spec);
        return pod;
    }

    public static Pod OnNode(this Pod pod, string node) => pod.With(spec => spec.NodeName = node);

    public static Pod Priority(this Pod pod, int priority) => pod.With(spec => spec.Priority = priority);

    public static Pod Label(this Pod pod, string key, string value)
    {
        pod.Metadata.Labels[key] = value;
        return pod;
    }

    public static Pod StartedAt(this Pod pod, int seconds)
    {
        pod.Status.StartTime = new Timestamp { Seconds = seconds };
        return pod;
    }

    public static Pod Nominated(this Pod pod, string node)
    {
        pod.Status.NominatedNodeName = node;
        return pod;
    }

    public static Pod HostPort(this Pod pod, int port, string ip = "", string protocol = "") => pod.With(spec =>
        spec.Containers[0].Ports.Add(new ContainerPort { ContainerPort_ = port, HostPort = port, HostIp = ip, Protocol = protocol }));

    public static Pod Tolerates(this Pod pod, string key, string op = "", string value = "", string effect = "") => pod.With(spec =>
        spec.Tolerations.Add(new Toleration { Key = key, Operator = op, Value = value, Effect = effect }));

    public static Pod Claims(this Pod pod, string claim) => pod.With(spec => spec.Volumes.Add(
        new Volume { Name = claim, VolumeSource = new VolumeSource { PersistentVolumeClaim = new() { ClaimName = claim } } }));

    public static Pod Deleted(this Pod pod)
    {
        pod.Metadata.DeletionTimestamp = new Timestamp { Seconds = 1 };
        return pod;
    }

    public static Node Node(string name = "n1", string cpu = "4", string memory = "8Gi", string pods = "110") => new()
    {
        Metadata = new ObjectMeta { Name = name, Uid = $"uid-{name}", ResourceVersion = "1" },
        Spec = new NodeSpec(),
        Status = new NodeStatus { Allocatable = { ["cpu"] = cpu, ["memory"] = memory, ["pods"] = pods } },
    };

    public static Node Label(this Node node, string key, string value)
    {
        node.Metadata.Labels[key] = value;
        return node;
    }

    public static Node Taint(this Node node, string key, string value, string effect)
    {
        node.Spec.Taints.Add(new Taint { Key = key, Value = value, Effect = effect });
        return node;
    }

    public static Node Cordoned(this Node node)
    {
        node.Spec.Unschedulable = true;
        return node;
    }

    public static PluginEntry[] Entries(params IPlugin[] plugins) => [.. plugins.Select(plugin => new PluginEntry(plugin))];

    public static Profile Profile(params PluginEntry[] plugins) => new("default-scheduler", new PluginSet(plugins));

    public static PluginContext Context(IApiClient? api = null, IEventRecorder? events = null, TimeProvider? time = null, params IApiObject[] objects) => new(
        api ?? new FakeApiClient(), new FakeObjects(objects), time ?? TimeProvider.System, events ?? new FakeEventRecorder(), NullLoggerFactory.Instance,
        new WaitingPods(time ?? TimeProvider.System));

    /// <summary>The default profile, and plugins more behind its own, at every point where they can stand; one takes the place of one of its name.</summary>
    public static Profile DefaultProfile(IApiClient api, params IPlugin[] more) => DefaultProfile(Context(api), more);

    /// <inheritdoc cref="DefaultProfile(IApiClient, IPlugin[])"/>
    public static Profile DefaultProfile(PluginContext context, params IPlugin[] more) => PlanWith(more).Make(context);

    private static ProfilePlan PlanWith(IPlugin[] more)
    {
        var plan = SchedulerConfiguration.Default("default-scheduler").Profiles[0];
        var kinds = more.Select(plugin => new PluginKind(plugin.Name, plugin.GetType(), null, (_, _) => plugin)).ToList();
        return plan with { Points = ExtensionPoint.All.ToDictionary(point => point, IReadOnlyList<(PluginKind, int)> (point) =>
        [
            .. plan.Points[point].Where(entry => !kinds.Exists(kind => kind.Name == entry.Kind.Name)),
            .. kinds.Where(kind => kind.Extends(point)).Select(kind => (kind, 1)),
        ]) };
    }

    public static PodInfo Info(this Pod pod) => new(pod);

    public static NodeInfo Info(this Node node, params Pod[] pods) => pods.Aggregate(NodeInfo.Of(node), (info, pod) => info.With(pod.Info()));
}
