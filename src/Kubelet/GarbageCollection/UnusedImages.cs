using MiniK8s.Kubelet.Runtime;

namespace MiniK8s.Kubelet.GarbageCollection;

/// <summary>Removes images that no container uses [pkg/kubelet/images/image_gc_manager.go].</summary>
/// <remarks>
/// <code>
/// image                                         | goes
/// ----------------------------------------------+-------------------------------------------------------
/// of a container, be it one that has ended      | no
/// first seen less than 2 min ago                | no: whoever has pulled it is about to use it
/// any other, and what was there at the start    | yes
/// </code>
/// They are looked at every 5 minutes, and before any goes: until then an image that has come has not been seen.
/// </remarks>
internal sealed class UnusedImages(IContainerRuntime runtime, TimeProvider time)
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LeastAge = TimeSpan.FromMinutes(2);        // --minimum-image-ttl-duration

    private Dictionary<string, DateTimeOffset>? _firstSeen;
    private DateTimeOffset _seenAt;

    /// <summary>Notes what has come, if it is time.</summary>
    public async Task NoteAsync(CancellationToken ct)
    {
        if (_firstSeen is null || time.GetUtcNow() - _seenAt >= Period) await SeeAsync(ct);
    }

    /// <summary>Removes all that may go.</summary>
    public async Task RemoveAsync(CancellationToken ct)
    {
        var (now, images) = (time.GetUtcNow(), await SeeAsync(ct));
        var used = (await runtime.ListContainersAsync(podUid: null, ct)).Select(container => container.ImageId).ToHashSet();
        foreach (var image in images)
        {
            if (!image.RepoDigests.Any(used.Contains) && now - _firstSeen![image.Id] >= LeastAge) await runtime.RemoveImageAsync(image.Id, ct);
        }
    }

    private async Task<IReadOnlyList<ImageInfo>> SeeAsync(CancellationToken ct)
    {
        var images = await runtime.ListImagesAsync(ct);
        var (now, before) = (time.GetUtcNow(), _firstSeen);
        _firstSeen = images.DistinctBy(image => image.Id).ToDictionary(
            image => image.Id, image => before is null ? DateTimeOffset.MinValue : before.GetValueOrDefault(image.Id, now));
        _seenAt = now;
        return images;
    }
}
