using MiniK8s.Kubelet.Runtime;

namespace MiniK8s.KubeletFaults;

/// <summary>A runtime with a moment before and after each call that changes something; notes what tests ask about.</summary>
/// <remarks><c>start uid container attempt</c> once it has started, <c>stop uid container</c> as it begins and <c>grace uid container now
/// milliseconds</c> with it, <c>remove uid</c> once the sandbox is gone.</remarks>
internal sealed class FaultyRuntime(IContainerRuntime inner, Moments moments) : IContainerRuntime
{
    public RuntimeVersion Version => inner.Version;

    public Task<string> RunPodSandboxAsync(PodSandboxConfig config, CancellationToken ct) =>
        moments.AroundAsync("run-sandbox", () => inner.RunPodSandboxAsync(config, ct));

    public Task StopPodSandboxAsync(string sandboxId, CancellationToken ct) =>
        moments.AroundAsync("stop-sandbox", () => inner.StopPodSandboxAsync(sandboxId, ct));

    public async Task RemovePodSandboxAsync(string sandboxId, CancellationToken ct)
    {
        var uid = (await inner.ListPodSandboxesAsync(podUid: null, ct)).FirstOrDefault(sandbox => sandbox.Id == sandboxId)?.Config.Uid;
        moments.Reach("before-remove-sandbox");
        await inner.RemovePodSandboxAsync(sandboxId, ct);
        moments.Note($"remove {uid}");
        moments.Reach("after-remove-sandbox");
    }

    public Task<IReadOnlyList<PodSandboxStatus>> ListPodSandboxesAsync(string? podUid, CancellationToken ct) => inner.ListPodSandboxesAsync(podUid, ct);

    public Task<PodSandboxStatus> PodSandboxStatusAsync(string sandboxId, CancellationToken ct) => inner.PodSandboxStatusAsync(sandboxId, ct);

    public Task<string> CreateContainerAsync(string sandboxId, ContainerConfig config, CancellationToken ct) =>
        moments.AroundAsync("create-container", () => inner.CreateContainerAsync(sandboxId, config, ct));

    public async Task StartContainerAsync(string containerId, CancellationToken ct)
    {
        moments.Reach("before-start-container");
        await inner.StartContainerAsync(containerId, ct);
        var started = await inner.ContainerStatusAsync(containerId, ct);
        moments.Note($"start {started.PodUid} {started.Name} {started.Attempt}");
        moments.Reach("after-start-container");
    }

    public async Task StopContainerAsync(string containerId, TimeSpan gracePeriod, CancellationToken ct)
    {
        var stopped = await inner.ContainerStatusAsync(containerId, ct);
        moments.Note($"stop {stopped.PodUid} {stopped.Name}");
        moments.Note($"grace {stopped.PodUid} {stopped.Name} {DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()} {gracePeriod.TotalMilliseconds:F0}");
        await moments.AroundAsync("stop-container", () => inner.StopContainerAsync(containerId, gracePeriod, ct));
    }

    public Task SignalContainerAsync(string containerId, int signal, CancellationToken ct) => inner.SignalContainerAsync(containerId, signal, ct);

    public Task RemoveContainerAsync(string containerId, CancellationToken ct) =>
        moments.AroundAsync("remove-container", () => inner.RemoveContainerAsync(containerId, ct));

    public Task<IReadOnlyList<ContainerStatus>> ListContainersAsync(string? podUid, CancellationToken ct) => inner.ListContainersAsync(podUid, ct);

    public Task<ContainerStatus> ContainerStatusAsync(string containerId, CancellationToken ct) => inner.ContainerStatusAsync(containerId, ct);

    public Task<ContainerStats?> ContainerStatsAsync(string containerId, CancellationToken ct) => inner.ContainerStatsAsync(containerId, ct);

    public async Task<ExecResult> ExecSyncAsync(string containerId, IReadOnlyList<string> command, TimeSpan timeout, CancellationToken ct)
    {
        var run = inner.ExecSyncAsync(containerId, command, timeout, ct);
        moments.Reach("in-exec");
        return await run;
    }

    public Task<int> ExecAsync(string containerId, ExecRequest request, ContainerStreams streams, CancellationToken ct) =>
        inner.ExecAsync(containerId, request, streams, ct);

    public Task AttachAsync(string containerId, ContainerStreams streams, CancellationToken ct) => inner.AttachAsync(containerId, streams, ct);

    public IAsyncEnumerable<LogLine> ReadLogsAsync(string containerId, LogOptions options, CancellationToken ct) => inner.ReadLogsAsync(containerId, options, ct);

    public async Task<PullResult> PullImageAsync(string image, ImageAuth? auth, IReadOnlyDictionary<string, string> annotations, CancellationToken ct)
    {
        var run = inner.PullImageAsync(image, auth, annotations, ct);
        moments.Reach("in-pull");
        return await run;
    }

    public Task<ImageInfo?> ImageStatusAsync(string image, CancellationToken ct) => inner.ImageStatusAsync(image, ct);

    public Task<IReadOnlyList<ImageInfo>> ListImagesAsync(CancellationToken ct) => inner.ListImagesAsync(ct);

    public Task RemoveImageAsync(string image, CancellationToken ct) => inner.RemoveImageAsync(image, ct);

    public IAsyncEnumerable<RuntimeEvent> WatchEventsAsync(CancellationToken ct) => inner.WatchEventsAsync(ct);
}
