using System.Text.RegularExpressions;

using MiniK8s.ClusterKit;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Cluster.Tests.BadInput;

/// <summary>One Pod that cannot run as it stands: what is seen of it, and what may be done about it.</summary>
public sealed class BadPod(Scene scene)
{
    public string Name => scene.Name;

    public string Namespace => scene.Namespace;

    /// <summary>As messages name it.</summary>
    public string FullName => $"{Name}_{Namespace}({Uid})";

    public string Uid => scene.States.Last().Metadata.Uid;

    public Scene Scene => scene;

    /// <summary>Sees a container wait for this reason, with exactly this message.</summary>
    public async Task<ContainerStatus> WaitsAsync(string reason, string message, string container = "main")
    {
        var seen = await scene.SeeAsync(pod => Status(pod, container)?.State?.Waiting?.Reason == reason, $"has {container} waiting with {reason}");
        var status = Status(seen, container)!;
        Assert.Equal(message, status.State.Waiting.Message);
        return status;
    }

    public async Task<ContainerStatus> SeeWaitingAsync(string reason) =>
        Status(await scene.SeeAsync(pod => Status(pod, "main")?.State?.Waiting?.Reason == reason, $"waits with {reason}"), "main")!;

    /// <summary>Sees an event with exactly this message.</summary>
    public Task WarnedAsync(string reason, string message) => scene.EventAsync(reason, $"^{Regex.Escape(message)}$", "Warning");

    /// <summary>Sees an event with exactly this message.</summary>
    public Task ToldAsync(string reason, string message) => scene.EventAsync(reason, $"^{Regex.Escape(message)}$");

    /// <summary>The container's configuration could not be built: the usual pair of a reason and an event.</summary>
    public async Task CannotBeConfiguredAsync(string message)
    {
        await WaitsAsync("CreateContainerConfigError", message);
        await WarnedAsync("Failed", $"Error: {message}");
    }

    /// <summary>A volume could not be had: the containers are not even tried.</summary>
    public async Task CannotBeMountedAsync(string message)
    {
        await WarnedAsync("FailedMount", $"MountVolume.SetUp failed for volume \"data\" : {message}");
        // Its status comes by another way than the event, and perhaps after it.
        await SeeWaitingAsync("ContainerCreating");
        Assert.All(scene.States, pod => Assert.Equal("Pending", pod.Status.Phase));
        Assert.All(scene.States.Select(pod => Status(pod, "main")).OfType<ContainerStatus>(), status => Assert.Equal("ContainerCreating", status.State.Waiting?.Reason));
    }

    /// <summary>The process could not be begun, once and again: back-off.</summary>
    public async Task CannotBeStartedAsync(string message)
    {
        var text = $"failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: {message}: unknown";
        await WarnedAsync("Failed", $"Error: {text}");
        var ended = (await WaitsAsync("CrashLoopBackOff", $"back-off 10s restarting failed container=main pod={FullName}")).LastState.Terminated;
        Assert.Equal((128, "StartError", text), (ended.ExitCode, ended.Reason, ended.Message));
        // Between two attempts, the first two of which follow each other so fast that it may never be written.
        var between = scene.States.Select(pod => Status(pod, "main")?.State?.Waiting).Where(waiting => waiting?.Reason == "RunContainerError");
        Assert.All(between, waiting => Assert.Equal(text, waiting!.Message));
        await WarnedAsync("BackOff", $"Back-off restarting failed container main in pod {FullName}");
        Assert.DoesNotContain(await scene.EventsAsync(), e => e.Reason == "Started" && e.InvolvedObject.FieldPath == "spec.containers{main}");
    }

    /// <summary>Becomes Ready by itself, and has not been restarted: what was never created does not count.</summary>
    public async Task HealsAsync()
    {
        var pod = await scene.SeeReadyAsync();
        Assert.Equal(("Running", 0), (pod.Status.Phase, pod.Status.ContainerStatuses.Sum(status => status.RestartCount)));
    }

    /// <summary>Becomes Ready by itself; each attempt that came to a container counts.</summary>
    public async Task HealsAfterRestartsAsync()
    {
        var pod = await scene.SeeReadyAsync();
        Assert.Equal("Running", pod.Status.Phase);
        Assert.InRange(pod.Status.ContainerStatuses.Sum(status => status.RestartCount), 1, int.MaxValue);
    }

    public Task CreateAsync(string manifest) => CreateAsync(scene.Lab, manifest, Namespace);

    /// <summary>Deletes it, and creates another of its name.</summary>
    public async Task ReplaceAsync(string manifest)
    {
        await KubectlAsync("delete", "pod", Name, "--force", "--grace-period=0");
        await CreateAsync(manifest);
    }

    public Task KubectlAsync(params string[] arguments) => scene.Lab.KubectlOkAsync(["-n", Namespace, .. arguments]);

    public Task SetImageAsync(string image, string container = "main") => KubectlAsync("set", "image", $"pod/{Name}", $"{container}={image}");

    public static async Task CreateAsync(Lab lab, string manifest, string ns)
    {
        // Without a line before it kubectl would take the brace for JSON.
        var created = await lab.KubectlWithInputAsync($"---\n{manifest}", "create", "-f", "-", "-n", ns);
        Assert.True(created.ExitCode == 0, $"{manifest}\n{created.Error}");
    }

    public static ContainerStatus? Status(Pod pod, string container) =>
        pod.Status.ContainerStatuses.Concat(pod.Status.InitContainerStatuses).Concat(pod.Status.EphemeralContainerStatuses).FirstOrDefault(status => status.Name == container);
}
