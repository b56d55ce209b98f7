using MiniK8s.Kubelet.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Tests.Model;

/// <summary>Pods of all kinds, from a seed.</summary>
internal static class RandomPods
{
    private static readonly string[] Policies = ["Always", "OnFailure", "Never"];

    public static Pod Draw(string uid, Random random)
    {
        var mains = Enumerable.Range(0, random.Next(1, 4)).Select(i => Container(uid, $"c{i}", random, isInit: false)).ToArray();
        var inits = Enumerable.Range(0, random.Next(0, 4)).Select(i => random.Next(2) == 0 ? Sidecar(uid, $"s{i}", random) : Container(uid, $"i{i}", random, isInit: true)).ToArray();
        return A.Pod(mains).Init(inits).RestartPolicy(Policies[random.Next(3)]).With(pod =>
        {
            pod.Metadata.Uid = uid;
            pod.Spec.TerminationGracePeriodSeconds = random.Next(5) == 0 ? 0 : random.Next(1, 40);
            if (random.Next(6) == 0) pod.Spec.ActiveDeadlineSeconds = random.Next(1, 120);
        });
    }

    private static Container Sidecar(string uid, string name, Random random)
    {
        var sidecar = Container(uid, name, random, isInit: false);
        sidecar.RestartPolicy = "Always";
        return sidecar;
    }

    private static Container Container(string uid, string name, Random random, bool isInit)
    {
        var container = A.Container(name, $"{uid}/{name}:1");
        if (isInit) return container;
        if (random.Next(4) == 0) container.StartupProbe = new Probe();
        if (random.Next(6) == 0) Lifecycle(container).PostStart = Hook();
        if (random.Next(4) == 0) Lifecycle(container).PreStop = random.Next(2) == 0 ? Hook() : new LifecycleHandler { Sleep = new SleepAction { Seconds = random.Next(1, 50) } };
        return container;
    }

    private static Lifecycle Lifecycle(Container container) => container.Lifecycle ??= new Lifecycle();

    private static LifecycleHandler Hook() => new() { Exec = new ExecAction { Command = { "hook" } } };
}
