namespace MiniK8s.Kubelet.Images;

/// <summary>Lets so many pulls begin and refuses the others, rather than having them wait [pkg/kubelet/images/helpers.go throttleImagePulling].</summary>
/// <remarks>A bucket that is full at first; each pull takes one from it, and it is filled up at an even pace.</remarks>
internal sealed class PullBudget(PullLimits limits, TimeProvider time)
{
    private readonly Lock _gate = new();        // guards the two fields below
    private double _left = limits.Burst;
    private long _asOf = time.GetTimestamp();

    /// <summary>Whether one may begin now.</summary>
    public bool TryTake()
    {
        if (limits.PerSecond == 0) return true;
        lock (_gate)
        {
            var now = time.GetTimestamp();
            _left = Math.Min(limits.Burst, _left + time.GetElapsedTime(_asOf, now).TotalSeconds * limits.PerSecond);
            _asOf = now;
            if (_left < 1) return false;
            _left--;
            return true;
        }
    }
}
