namespace MiniK8s.Kubelet.Eviction;

/// <summary>Below which amount pods are driven out.</summary>
/// <param name="Signal">What there is too little of.</param>
/// <param name="Least">What there should be.</param>
/// <param name="Grace">How long it may be too little first; zero for a hard threshold, which is acted upon at once and ends pods at once.</param>
/// <param name="Reclaim">How much more than <paramref name="Least"/> there must be again before it is over.</param>
internal sealed record Threshold(EvictionSignal Signal, Amount Least, TimeSpan Grace = default, Amount? Reclaim = null)
{
    /// <summary>So is one from the flag of the soft ones whose grace period is 0 [helpers.go isHardEvictionThreshold].</summary>
    public bool IsHard => Grace == TimeSpan.Zero;

    /// <summary>Whether there is too little; once it was so, it stays so until what is to be reclaimed is there as well.</summary>
    public bool IsMet(Observation seen, bool was) => seen.Available < Least.Of(seen.Capacity) + (was && Reclaim is { } more ? more.Of(seen.Capacity) : 0);
}

/// <summary>How much of something is left, of how much.</summary>
internal readonly record struct Observation(long Available, long Capacity);
