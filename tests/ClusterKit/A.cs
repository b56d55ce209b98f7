using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ClusterKit;

/// <summary>Objects for tests, each with what matters said.</summary>
public static class A
{
    /// <summary>A pod of one container <c>main</c>.</summary>
    public static Pod Pod(string ns, string name, string image = "nginx:1.25", params string[] command)
    {
        var container = new Container { Name = "main", Image = image };
        container.Command.Add(command);
        var pod = new Pod { Metadata = new ObjectMeta { Namespace = ns, Name = name }, Spec = new PodSpec() };
        pod.Spec.Containers.Add(container);
        return pod;
    }

    /// <summary>A pod whose one container runs a shell script.</summary>
    public static Pod Script(string ns, string name, string script) => Pod(ns, name, "busybox:1.36", "sh", "-c", script);

    public static Pod Grace(this Pod pod, int seconds)
    {
        pod.Spec.TerminationGracePeriodSeconds = seconds;
        return pod;
    }

    public static Pod PreStop(this Pod pod, params string[] command)
    {
        var hook = new LifecycleHandler { Exec = new ExecAction() };
        hook.Exec.Command.Add(command);
        pod.Spec.Containers[0].Lifecycle = new Lifecycle { PreStop = hook };
        return pod;
    }

    public static Pod Restart(this Pod pod, string policy)
    {
        pod.Spec.RestartPolicy = policy;
        return pod;
    }

    public static Pod OnNode(this Pod pod, string node)
    {
        pod.Spec.NodeName = node;
        return pod;
    }
}
