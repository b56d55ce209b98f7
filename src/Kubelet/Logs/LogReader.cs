using System.Runtime.CompilerServices;
using System.Text;

using Google.Protobuf;

using MiniK8s.Kubelet.Api;
using MiniK8s.Kubelet.Node;
using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.V1;

namespace MiniK8s.Kubelet.Logs;

/// <summary>Finds the container instance that is meant and turns its log into bytes [pkg/kubelet/kubelet_pods.go validateContainerLogStatus].</summary>
/// <remarks>
/// wanted            | the container                        | read
/// ------------------+--------------------------------------+---------------------------------------------------
/// the previous run  | has one                              | that one
/// the previous run  | has none                             | refused: previous terminated container not found
/// the log           | has begun                            | the newest instance that started, else the newest that ended
/// the log           | waits for its first run              | refused: waiting to start, and why
/// either            | that run the runtime has forgotten   | in place of the log, that it cannot be had
/// </remarks>
internal sealed class LogReader(TimeProvider time)
{
    /// <exception cref="RefusedException">There is nothing to read; thrown before the first chunk.</exception>
    public async IAsyncEnumerable<ByteString> ReadAsync(NodeAgent node, ContainerLogsRequest request, [EnumeratorCancellation] CancellationToken ct)
    {
        var pod = node.Find(request.PodNamespace, request.PodName)
            ?? throw new RefusedException($"pod \"{request.PodName}\" not found on node \"{request.Node}\"");
        var instance = await ChooseAsync(node.Runtime, pod, request, ct);
        if (instance is null)
        {
            // The answer has begun by then, so it is no refusal [pkg/kubelet/kuberuntime/kuberuntime_container.go GetContainerLogs].
            yield return ByteString.CopyFromUtf8($"unable to retrieve container logs for {ForgottenRun(pod, request)}");
            yield break;
        }
        var options = new LogOptions
        {
            Follow = request.Follow,
            TailLines = request.HasTailLines ? (int)Math.Min(request.TailLines, int.MaxValue) : null,
            Since = request.HasSinceSeconds ? time.GetUtcNow() - TimeSpan.FromSeconds(request.SinceSeconds) : request.SinceTime?.ToDateTimeOffset(),
        };
        var left = request.HasLimitBytes ? request.LimitBytes : long.MaxValue;
        var isLineStart = true;
        await foreach (var line in node.Runtime.ReadLogsAsync(instance, options, ct))
        {
            var bytes = BytesOf(line, request.Timestamps && isLineStart);
            isLineStart = !line.IsPartial;
            if (bytes.Length > left) bytes = bytes[..(int)left];
            left -= bytes.Length;
            if (bytes.Length > 0) yield return UnsafeByteOperations.UnsafeWrap(bytes);
            if (left == 0) yield break;
        }
    }

    // Null when the runtime has forgotten the run that is meant.
    private static async Task<string?> ChooseAsync(IContainerRuntime runtime, Pod pod, ContainerLogsRequest request, CancellationToken ct)
    {
        var seen = await RuntimePod.ObserveAsync(runtime, pod, ct);
        var runs = seen.Containers
            .Where(c => c.Name == request.Container && c.State is (Runtime.ContainerState.Running or Runtime.ContainerState.Exited)).ToList();
        if (!request.Previous) return runs.FirstOrDefault()?.Id ?? (ForgottenRun(pod, request) is not null ? null : throw new RefusedException(WhyNot(pod, request)));

        // While the newest run has ended and waits for its successor, it is itself the previous one.
        var isCurrentShown = runs is [{ State: Runtime.ContainerState.Running }, ..] || StatusOf(pod, request.Container)?.State?.Waiting is null;
        return runs.Skip(isCurrentShown ? 1 : 0).FirstOrDefault()?.Id ?? (ForgottenRun(pod, request) is not null ? null
            : throw new RefusedException($"previous terminated container \"{request.Container}\" in pod \"{request.PodName}\" not found"));
    }

    // Its id, as the status has it.
    private static string? ForgottenRun(Pod pod, ContainerLogsRequest request) =>
        (request.Previous ? StatusOf(pod, request.Container)?.LastState : StatusOf(pod, request.Container)?.State)?.Terminated is { ContainerId: { Length: > 0 } id } ? id : null;

    private static string WhyNot(Pod pod, ContainerLogsRequest request)
    {
        var (container, name) = (request.Container, request.PodName);
        return StatusOf(pod, container)?.State?.Waiting?.Reason switch
        {
            null => $"container \"{container}\" in pod \"{name}\" is not available",
            "ErrImagePull" or "ImagePullBackOff" => $"container \"{container}\" in pod \"{name}\" is waiting to start: trying and failing to pull image",
            var reason => $"container \"{container}\" in pod \"{name}\" is waiting to start: {reason}",
        };
    }

    private static Protocol.Core.V1.ContainerStatus? StatusOf(Pod pod, string container) => pod.Status?.ContainerStatuses
        .Concat(pod.Status.InitContainerStatuses).Concat(pod.Status.EphemeralContainerStatuses).FirstOrDefault(s => s.Name == container);

    private static byte[] BytesOf(LogLine line, bool withTime)
    {
        var head = withTime ? Encoding.ASCII.GetBytes(line.Timestamp + " ") : [];
        byte[] tail = line.IsPartial ? [] : [(byte)'\n'];
        return [.. head, .. line.Text.Span, .. tail];
    }
}
