using MiniK8s.Protocol.Apps.V1;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer.Tests.Fakes;

/// <summary>Objects that make pods, as a client would write them.</summary>
internal static class Workloads
{
    public static Deployment Deployment(string name, int replicas = 2) => new()
    {
        Metadata = new() { Name = name, Namespace = "default" },
        Spec = new() { Replicas = replicas, Selector = new() { MatchLabels = { ["app"] = name } }, Template = Template(name) },
    };

    public static DaemonSet DaemonSet(string name) => new()
    {
        Metadata = new() { Name = name, Namespace = "default" },
        Spec = new() { Selector = new() { MatchLabels = { ["app"] = name } }, Template = Template(name) },
    };

    public static ReplicaSet ReplicaSet(string name) => new()
    {
        Metadata = new() { Name = name, Namespace = "default" },
        Spec = new() { Selector = new() { MatchLabels = { ["app"] = name } }, Template = Template(name) },
    };

    public static StatefulSet StatefulSet(string name) => new()
    {
        Metadata = new() { Name = name, Namespace = "default" },
        Spec = new() { ServiceName = name, Selector = new() { MatchLabels = { ["app"] = name } }, Template = Template(name) },
    };

    private static PodTemplateSpec Template(string app) => new()
    {
        Metadata = new() { Labels = { ["app"] = app } },
        Spec = new() { Containers = { new Container { Name = "c", Image = "nginx:1" } } },
    };
}
