using Google.Protobuf.WellKnownTypes;

using MiniK8s.Kubelet.Runtime;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Kubelet.Tests.Fakes;

/// <summary>Builders for what tests are about.</summary>
internal static class A
{
    public const string Uid = "uid-1";

    public static DateTimeOffset Noon { get; } = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    public static Container Container(string name, string image = "app:1") => new() { Name = name, Image = image, ImagePullPolicy = "IfNotPresent", TerminationMessagePolicy = "File" };

    public static Container Sidecar(string name)
    {
        var sidecar = Container(name);
        sidecar.RestartPolicy = "Always";
        return sidecar;
    }

    public static Pod Pod(params Container[] containers)
    {
        var pod = new Pod
        {
            Metadata = new ObjectMeta { Name = "p", Namespace = "ns", Uid = Uid, ResourceVersion = "1" },
            Spec = new PodSpec { RestartPolicy = "Always", TerminationGracePeriodSeconds = 30, NodeName = "node-1" },
            Status = new PodStatus { Phase = "Pending", QosClass = "BestEffort" },
        };
        pod.Spec.Containers.Add(containers.Length > 0 ? containers : [Container("c")]);
        return pod;
    }

    public static Pod With(this Pod pod, Action<Pod> change)
    {
        change(pod);
        return pod;
    }

    public static Pod RestartPolicy(this Pod pod, string policy) => pod.With(p => p.Spec.RestartPolicy = policy);

    public static Pod Init(this Pod pod, params Container[] inits) => pod.With(p => p.Spec.InitContainers.Add(inits));

    public static Pod Deleting(this Pod pod, DateTimeOffset requested, int grace) => pod.With(p =>
    {
        p.Metadata.DeletionTimestamp = Timestamp.FromDateTimeOffset(requested.AddSeconds(grace));
        p.Metadata.DeletionGracePeriodSeconds = grace;
    });

    public static Kubelet.Runtime.ContainerStatus Instance(
        string name, Kubelet.Runtime.ContainerState state, int attempt = 0, int exitCode = 0, string sandbox = "s0", string image = "app:1", string reason = "") => new()
    {
        Id = $"{name}-{attempt}",
        SandboxId = sandbox,
        PodUid = Uid,
        Config = new ContainerConfig { Name = name, Attempt = attempt, Image = image },
        State = state,
        CreatedAt = Noon,
        StartedAt = state is Kubelet.Runtime.ContainerState.Created ? null : Noon,
        FinishedAt = state is Kubelet.Runtime.ContainerState.Exited ? Noon.AddSeconds(5) : null,
        ExitCode = exitCode,
        Reason = reason.Length > 0 ? reason : state is not Kubelet.Runtime.ContainerState.Exited ? "" : exitCode == 0 ? "Completed" : "Error",
        Image = "docker.io/library/" + image,
        ImageId = "docker.io/library/app@sha256:1",
    };

    public static PodSandboxStatus Sandbox(int attempt = 0, PodSandboxState state = PodSandboxState.Ready) =>
        new($"s{attempt}", new PodSandboxConfig { Name = "p", Namespace = "ns", Uid = Uid, Attempt = attempt }, state, "10.244.0.2", Noon);
}
