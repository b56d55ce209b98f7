using Google.Protobuf.WellKnownTypes;

using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.IntStr;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ControllerManager.Tests;

internal static class A
{
    public static Namespace Namespace(string name = "shop", bool deleting = false)
    {
        var ns = new Namespace
        {
            Metadata = new ObjectMeta { Name = name, Uid = $"uid-{name}" },
            Spec = new NamespaceSpec { Finalizers = { "kubernetes" } },
            Status = new NamespaceStatus { Phase = deleting ? "Terminating" : "Active" },
        };
        if (deleting) ns.Metadata.DeletionTimestamp = new Timestamp { Seconds = 1 };
        return ns;
    }

    public static Service Service(params ServicePort[] ports) => new()
    {
        Metadata = new ObjectMeta { Namespace = "shop", Name = "web", Uid = "uid-web", Labels = { ["tier"] = "front" } },
        Spec = new ServiceSpec { Selector = { ["app"] = "web" }, ClusterIp = "10.0.0.1", Type = "ClusterIP", Ports = { ports } },
    };

    public static ServicePort Port(int port = 80, int target = 8080, string name = "") => new()
    {
        Name = name, Port = port, Protocol = "TCP", TargetPort = new IntOrString { IntVal = target },
    };

    public static ServicePort NamedPort(string target) => new()
    {
        Port = 80, Protocol = "TCP", TargetPort = new IntOrString { Type = 1, StrVal = target },
    };

    public static Pod Pod(string name, string ip, bool ready = true, bool deleting = false, string app = "web", string phase = "Running")
    {
        var pod = new Pod
        {
            Metadata = new ObjectMeta { Namespace = "shop", Name = name, Uid = $"uid-{name}", Labels = { ["app"] = app } },
            Spec = new PodSpec { NodeName = "n1", Containers = { new Container { Name = "main" } }, TerminationGracePeriodSeconds = 30 },
            Status = new PodStatus { Phase = phase, PodIp = ip },
        };
        pod.Status.Conditions.Add(new PodCondition { Type = "Ready", Status = ready ? "True" : "False" });
        if (deleting) pod.Metadata.DeletionTimestamp = new Timestamp { Seconds = 1 };
        return pod;
    }
}
