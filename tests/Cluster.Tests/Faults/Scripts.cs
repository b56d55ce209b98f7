using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Cluster.Tests.Faults;

/// <summary>What containers of these tests run.</summary>
internal static class Scripts
{
    /// <summary>Says once that it has begun, and goes at the stop signal.</summary>
    public const string Obedient = "trap 'exit 0' TERM; echo begun; while true; do sleep 1; done";

    /// <summary>Says once that it has begun, and takes no notice of the stop signal.</summary>
    public const string Deaf = "trap '' TERM; echo begun; while true; do sleep 1; done";

    public static Pod WithInits(Pod pod)
    {
        foreach (var name in (string[])["first", "second"])
        {
            var init = new Container { Name = name, Image = pod.Spec.Containers[0].Image };
            init.Command.Add(["sh", "-c", "echo done"]);
            pod.Spec.InitContainers.Add(init);
        }
        return pod;
    }

    public static Pod WithHook(Pod pod)
    {
        var hook = new LifecycleHandler { Exec = new ExecAction() };
        hook.Exec.Command.Add(["sleep", "1"]);
        pod.Spec.Containers[0].Lifecycle = new Lifecycle { PostStart = hook };
        return pod;
    }
}
