using MiniK8s.Api.Errors;
using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Volumes;

/// <summary>Keeps pods' volumes in the node's file tree.</summary>
/// <remarks>
/// source                                   | content
/// -----------------------------------------+-----------------------------------------------------------------------------
/// emptyDir                                 | an empty directory, kept for the pod's life; medium and sizeLimit do not show
/// hostPath                                 | the node's own path, checked or made as its type says
/// configMap, secret, downwardAPI, projected| files, replaced as a whole whenever the pod is looked at again
/// anything else                            | refused: the pod waits with FailedMount
///
/// With fsGroup all but hostPath belong to that group, and what is made in them too.
/// </remarks>
internal sealed class PodVolumes(INodeFiles files, VolumeContent content) : IPodVolumes
{
    public async Task MountAsync(Pod pod, CancellationToken ct)
    {
        foreach (var volume in pod.Spec.Volumes)
        {
            try
            {
                await MountAsync(pod, volume, ct);
            }
            catch (Exception exception) when (exception is ApiException or VolumeException)
            {
                throw new VolumeException($"MountVolume.SetUp failed for volume \"{volume.Name}\" : {exception.Message}");
            }
        }
    }

    public Task UnmountAsync(Pod pod, CancellationToken ct)
    {
        files.Delete(VolumePaths.OfPod(pod.Metadata.Uid));
        return Task.CompletedTask;
    }

    private async Task MountAsync(Pod pod, Volume volume, CancellationToken ct)
    {
        var path = VolumePaths.OfVolume(pod.Metadata.Uid, volume);
        long? group = pod.Spec.SecurityContext is { HasFsGroup: true } context ? context.FsGroup : null;
        switch (volume.VolumeSource)
        {
            case null or { EmptyDir: not null }:
                files.CreateDirectory(path, group: group);
                break;
            case { HostPath: { } host }:
                HostPaths.Prepare(files, host);
                break;
            case { ConfigMap: not null } or { Secret: not null } or { DownwardApi: not null } or { Projected: not null }:
                files.ReplaceDirectory(path, await content.ReadAsync(pod, volume.VolumeSource, ct), group);
                break;
            default:
                throw new VolumeException("this kind of volume source is not supported");
        }
    }
}
