using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.PodWorkers;

/// <summary>What the first list said is asked again before anything of it starts: one read, of the pods alone that would start something.</summary>
internal sealed partial class PodWorker
{
    private bool _isUnconfirmed = isUnconfirmed;

    private bool WouldStart(Pod pod, bool isRemoved, RuntimePod seen) =>
        !isRemoved && !pod.IsDeleting() && !pod.HasTerminalPhase() && PodPlan.Decide(pod, seen, rooms.Probes).Start.Count > 0;

    // False: it is not as it was listed, so it is looked at again.
    private async Task<bool> ConfirmAsync(Pod listed, CancellationToken stopping)
    {
        var newest = await rooms.Pods.GetAsync(listed.Metadata.Namespace, listed.Metadata.Name, stopping);
        _isUnconfirmed = false;
        if (newest?.Metadata.Uid != listed.Metadata.Uid)
        {
            // The pool keeps it until the watch says so too: what the watch still tells of it must not begin it anew.
            lock (_gate) _isRemoved = true;
            WakeForNews();
            return false;
        }
        if (newest.Metadata.ResourceVersion == listed.Metadata.ResourceVersion) return true;
        if (!_hasPublished) _published = newest.Status;     // else ours is the newer word
        Update(newest);
        return false;
    }
}
