using System.Collections.Immutable;

namespace MiniK8s.Kubelet.Eviction;

/// <summary>When a node drives pods out, from the flags of the kubelet [pkg/kubelet/eviction/helpers.go ParseThresholdConfig].</summary>
/// <param name="Thresholds">Hard and soft ones.</param>
/// <param name="TransitionPeriod">How long a pressure is shown after it was last seen.</param>
/// <param name="MaxPodGrace">The most that a pod is given at a soft threshold.</param>
internal sealed record EvictionSettings(ImmutableArray<Threshold> Thresholds, TimeSpan TransitionPeriod, TimeSpan MaxPodGrace)
{
    /// <summary>The hard thresholds of a kubelet that is told nothing.</summary>
    public static readonly ImmutableArray<string> DefaultHard =
        ["memory.available<100Mi", "nodefs.available<10%", "nodefs.inodesFree<5%", "imagefs.available<15%", "imagefs.inodesFree<5%"];

    public static readonly TimeSpan DefaultTransitionPeriod = TimeSpan.FromMinutes(5);

    /// <summary>What a kubelet has that is told nothing.</summary>
    public static EvictionSettings Default { get; } = Parse(DefaultHard, [], [], [], DefaultTransitionPeriod, TimeSpan.Zero, out _)!;

    /// <summary>What of the node pods cannot have: below it the hard thresholds are.</summary>
    public long Reserved(EvictionSignal signal, long capacity) => Thresholds.FirstOrDefault(t => t.IsHard && t.Signal == signal)?.Least.Of(capacity) ?? 0;

    /// <summary>Reads the flags; null, and why, when they are wrong.</summary>
    /// <param name="hard"><c>signal&lt;amount</c> each.</param>
    /// <param name="soft">The same.</param>
    /// <param name="softGrace"><c>signal=duration</c> each; every soft threshold needs one.</param>
    /// <param name="reclaim"><c>signal=amount</c> each.</param>
    public static EvictionSettings? Parse(
        IReadOnlyList<string> hard, IReadOnlyList<string> soft, IReadOnlyList<string> softGrace, IReadOnlyList<string> reclaim,
        TimeSpan transition, TimeSpan maxPodGrace, out string? fault)
    {
        try
        {
            var graces = Pairs(softGrace, '=').ToDictionary(pair => pair.Signal, pair => Duration(pair.Value));
            var reclaims = Pairs(reclaim, '=').ToDictionary(pair => pair.Signal, pair => Size(pair.Value));
            ImmutableArray<Threshold> thresholds =
            [
                .. Pairs(hard, '<').Select(pair => new Threshold(pair.Signal, Size(pair.Value), null, reclaims.GetValueOrDefault(pair.Signal))),
                .. Pairs(soft, '<').Select(pair => new Threshold(
                    pair.Signal, Size(pair.Value),
                    graces.TryGetValue(pair.Signal, out var grace) ? grace : throw new FormatException($"grace period must be specified for the soft eviction threshold {pair.Signal}"),
                    reclaims.GetValueOrDefault(pair.Signal))),
            ];
            fault = null;
            return new(thresholds, transition, maxPodGrace);
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException)
        {
            fault = exception is FormatException ? exception.Message : "names a signal twice";
            return null;
        }
    }

    private static List<(EvictionSignal Signal, string Value)> Pairs(IReadOnlyList<string> texts, char separator)
    {
        var pairs = texts.Where(text => text.Length > 0).Select(text => text.Split(separator) is [var name, var value] && EvictionSignal.Find(name) is { } signal
            ? (Signal: signal, Value: value)
            : throw new FormatException($"'{text}' is not signal{separator}value, the signal one of {string.Join(", ", EvictionSignal.All)}")).ToList();
        return pairs.DistinctBy(pair => pair.Signal).Count() == pairs.Count ? pairs : throw new ArgumentException("twice");
    }

    private static Amount Size(string text) => Amount.Parse(text) ?? throw new FormatException($"'{text}' is neither a quantity nor a percentage from 0 to 100");

    private static TimeSpan Duration(string text) =>
        Hosting.Flags.Duration.Parse(text) is var duration && duration >= TimeSpan.Zero ? duration : throw new FormatException("a grace period is not negative");
}
