using System.Collections.Immutable;

namespace MiniK8s.Kubelet.Eviction;

/// <summary>What a node remembers from one look at its resources to the next [pkg/kubelet/eviction/eviction_manager.go synchronize].</summary>
/// <remarks>
/// <code>
/// a threshold                                     | the node has its condition | pods are driven out
/// ------------------------------------------------+----------------------------+---------------------------------
/// hard, there is too little                       | at once                    | at once
/// soft, too little for less than its grace        | at once                    | not yet
/// soft, too little for its grace                  | goes on                    | yes
/// was acted upon, not all is reclaimed            | goes on                    | goes on
/// there is enough again                           | for the transition period  | no more
/// </code>
/// </remarks>
/// <param name="FirstSeen">Since when there is too little.</param>
/// <param name="Due">What pods are driven out for: memory first, since nothing but pods gives that back.</param>
/// <param name="Pressures">Conditions, and when there was last a reason for them.</param>
internal sealed record EvictionState(
    ImmutableDictionary<Threshold, DateTimeOffset> FirstSeen, ImmutableArray<Threshold> Due, ImmutableDictionary<string, DateTimeOffset> Pressures)
{
    public static EvictionState Calm { get; } = new(ImmutableDictionary<Threshold, DateTimeOffset>.Empty, [], ImmutableDictionary<string, DateTimeOffset>.Empty);

    /// <summary>After a look; the same object when all is calm and stays so.</summary>
    public EvictionState After(EvictionSettings settings, in Observations seen, DateTimeOffset now)
    {
        if (this == Calm && !AnyMet(settings, seen)) return this;

        var (first, pressures) = (FirstSeen.Clear(), Pressures);
        var due = ImmutableArray.CreateBuilder<Threshold>();
        foreach (var threshold in settings.Thresholds)
        {
            if (!threshold.IsMet(seen.Of(threshold.Signal), was: Due.Contains(threshold))) continue;
            var since = FirstSeen.GetValueOrDefault(threshold, now);
            first = first.Add(threshold, since);
            pressures = pressures.SetItem(threshold.Signal.Condition, now);
            if (threshold.IsHard || now - since >= threshold.Grace) due.Add(threshold);
        }
        pressures = pressures.RemoveRange(pressures.Where(pressure => pressure.Value < now && now - pressure.Value >= settings.TransitionPeriod).Select(pressure => pressure.Key).ToList());
        if (first.IsEmpty && pressures.IsEmpty) return Calm;
        return new(first, [.. due.OrderBy(threshold => threshold.Signal.Condition != EvictionSignal.MemoryPressure)], pressures);
    }

    private static bool AnyMet(EvictionSettings settings, in Observations seen)
    {
        foreach (var threshold in settings.Thresholds)
        {
            if (threshold.IsMet(seen.Of(threshold.Signal), was: false)) return true;
        }
        return false;
    }
}
