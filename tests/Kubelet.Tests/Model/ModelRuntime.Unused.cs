using MiniK8s.Kubelet.Runtime;

namespace MiniK8s.Kubelet.Tests.Model;

// What a pod's worker never asks for.
internal sealed partial class ModelRuntime
{
    public Task SignalContainerAsync(string containerId, int signal, CancellationToken ct) => throw new NotSupportedException();

    public Task<ContainerStats?> ContainerStatsAsync(string containerId, CancellationToken ct) => throw new NotSupportedException();

    public Task<int> ExecAsync(string containerId, ExecRequest request, ContainerStreams streams, CancellationToken ct) => throw new NotSupportedException();

    public Task AttachAsync(string containerId, ContainerStreams streams, CancellationToken ct) => throw new NotSupportedException();

    public IAsyncEnumerable<LogLine> ReadLogsAsync(string containerId, LogOptions options, CancellationToken ct) => throw new NotSupportedException();

    public Task<IReadOnlyList<ImageInfo>> ListImagesAsync(CancellationToken ct) => throw new NotSupportedException();

    public Task RemoveImageAsync(string image, CancellationToken ct) => throw new NotSupportedException();

    // The run wakes the workers itself, when it likes.
    public IAsyncEnumerable<RuntimeEvent> WatchEventsAsync(CancellationToken ct) => throw new NotSupportedException();
}
