using MiniK8s.Api.Errors;
using MiniK8s.Kubelet.Containers;
using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Kubelet.Status;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Images;

/// <summary>Makes sure a container's image is on the node, by its pull policy, so many pulls at a time and in a second [pkg/kubelet/images/image_manager.go].</summary>
/// <remarks>
/// An image that another pull has brought by the time it is this one's turn costs nothing of <see cref="PullLimits.PerSecond"/>, unless the policy is Always:
/// a pull in Kubernetes takes a second or more, and those behind it find the budget filled up again.
/// </remarks>
/// <param name="runtime">Pulls.</param>
/// <param name="secrets">Logins.</param>
/// <param name="events">Where it is told.</param>
/// <param name="limits">How much of the registries the node asks for.</param>
/// <param name="time">The clock.</param>
internal sealed class ImagePuller(Runtime.IContainerRuntime runtime, PullSecrets secrets, IPodEvents events, PullLimits limits, TimeProvider time)
{
    private const string OverBudget = "pull QPS exceeded";

    private readonly SemaphoreSlim _turns = new(limits.AtOnce == 0 ? int.MaxValue : limits.AtOnce);
    private readonly PullBudget _budget = new(limits, time);

    /// <summary>Null when the image is there; else why the container cannot start.</summary>
    /// <param name="backoff">The pod's pull delays, by image.</param>
    public async Task<StartError?> EnsureAsync(Pod pod, Container container, Backoff backoff, CancellationToken ct)
    {
        var logins = await secrets.ForAsync(pod, container.Image, ct);
        Runtime.ImageInfo? present;
        try
        {
            present = await runtime.ImageStatusAsync(container.Image, ct);
        }
        catch (Runtime.RuntimeException exception) when (exception.Code == Runtime.RuntimeErrorCode.InvalidArgument)
        {
            var message = $"Failed to apply default image tag \"{container.Image}\": couldn't parse image name \"{container.Image}\": {exception.Message}";
            events.Warning(pod, "InspectFailed", message, container.Name);
            return Fail(pod, container, "InvalidImageName", message);
        }
        if (present is not null && container.ImagePullPolicy != "Always")
        {
            events.Normal(pod, "Pulled", $"Container image \"{container.Image}\" already present on machine", container.Name);
            return null;
        }
        if (container.ImagePullPolicy == "Never")
        {
            var message = $"Container image \"{container.Image}\" is not present with pull policy of Never";
            events.Warning(pod, "ErrImageNeverPull", message, container.Name);
            return Fail(pod, container, "ErrImageNeverPull", message);
        }
        return await PullAsync(pod, container, logins, backoff, ct);
    }

    private async Task<StartError?> PullAsync(Pod pod, Container container, IReadOnlyList<Runtime.ImageAuth> logins, Backoff backoff, CancellationToken ct)
    {
        if (backoff.LastFailure(container.Image) is { } failed && backoff.Holding(container.Image, failed.At, time.GetUtcNow()) is not null)
        {
            events.Normal(pod, "BackOff", $"Back-off pulling image \"{container.Image}\"", container.Name);
            return Fail(pod, container, "ImagePullBackOff", $"Back-off pulling image \"{container.Image}\": ErrImagePull: {failed.Message}");
        }
        var queued = time.GetTimestamp();
        await _turns.WaitAsync(ct);
        try
        {
            events.Normal(pod, "Pulling", $"Pulling image \"{container.Image}\"", container.Name);
            var began = time.GetTimestamp();
            var isThere = container.ImagePullPolicy != "Always" && await runtime.ImageStatusAsync(container.Image, ct) is not null;
            var result = isThere || _budget.TryTake() ? await PullAsync(pod, container.Image, logins, ct) : null;
            if ((result is null ? OverBudget : result.Error?.Message) is { } error)
            {
                backoff.Failed(container.Image, error, time.GetUtcNow());
                events.Warning(pod, "Failed", $"Failed to pull image \"{container.Image}\": {error}", container.Name);
                return Fail(pod, container, "ErrImagePull", error);
            }
            var (pull, all) = (Milliseconds(time.GetElapsedTime(began)), Milliseconds(time.GetElapsedTime(queued)));
            events.Normal(
                pod, "Pulled", $"Successfully pulled image \"{container.Image}\" in {pull} ({all} including waiting). Image size: {result!.Image!.Size} bytes.", container.Name);
            return null;
        }
        finally
        {
            _turns.Release();
        }
    }

    // Each login in turn until one is let in; without any, as nobody.
    private async Task<Runtime.PullResult> PullAsync(Pod pod, string image, IReadOnlyList<Runtime.ImageAuth> logins, CancellationToken ct)
    {
        var annotations = pod.Metadata.Annotations.AsReadOnly();
        if (logins.Count == 0) return await runtime.PullImageAsync(image, auth: null, annotations, ct);
        foreach (var login in logins.SkipLast(1))
        {
            var result = await runtime.PullImageAsync(image, login, annotations, ct);
            if (result.Succeeded) return result;
        }
        return await runtime.PullImageAsync(image, logins[^1], annotations, ct);
    }

    private StartError Fail(Pod pod, Container container, string reason, string message)
    {
        events.Warning(pod, "Failed", $"Error: {reason}", container.Name);
        return new StartError(reason, message);
    }

    private static string Milliseconds(TimeSpan duration) => GoText.Duration(TimeSpan.FromMilliseconds((long)duration.TotalMilliseconds));
}
