using System.Collections.Immutable;
using System.Globalization;

using MiniK8s.Api.Quantities;

namespace MiniK8s.Kubelet.Eviction;

/// <summary>What is wrong with a flag.</summary>
/// <param name="Option">The property of <see cref="KubeletOptions"/> that is the flag.</param>
/// <param name="Text">Why.</param>
internal sealed record FlagFault(string Option, string Text);

/// <summary>The kubelet's flags of eviction [pkg/kubelet/eviction/helpers.go ParseThresholdConfig, UpdateContainerFsThresholds].</summary>
/// <remarks>
/// <code>
/// flag                          | each                   | is
/// ------------------------------+------------------------+----------------------------------------------------------------------
/// --eviction-hard               | signal&lt;amount       | more than 0; 0% and 100% stand for no threshold
/// --eviction-soft               | signal&lt;amount       | the same; each needs a grace period
/// --eviction-soft-grace-period  | signal=duration        | not negative; 0 makes it a hard one
/// --eviction-minimum-reclaim    | signal=amount          | not negative, and more than 0%
/// </code>
/// The hard threshold of memory.available holds for allocatableMemory.available as well. With one disk for everything the thresholds of
/// containerfs are those of nodefs, whatever is given for them: they are met together, and so none is kept for it.
/// </remarks>
/// <param name="Hard"><c>--eviction-hard</c>.</param>
/// <param name="Soft"><c>--eviction-soft</c>.</param>
/// <param name="SoftGracePeriod"><c>--eviction-soft-grace-period</c>.</param>
/// <param name="MinimumReclaim"><c>--eviction-minimum-reclaim</c>.</param>
internal sealed record EvictionFlags(
    IReadOnlyList<string> Hard, IReadOnlyList<string>? Soft = null, IReadOnlyList<string>? SoftGracePeriod = null, IReadOnlyList<string>? MinimumReclaim = null)
{
    /// <summary>What they mean; null, and all that is wrong with each of them, when they mean nothing.</summary>
    public EvictionSettings? Read(TimeSpan transition, TimeSpan maxPodGrace, out IReadOnlyList<FlagFault> faults)
    {
        var found = new List<FlagFault>();
        faults = found;
        var (graces, reclaims) = (new Dictionary<EvictionSignal, TimeSpan>(), new Dictionary<EvictionSignal, Amount>());
        Each(SoftGracePeriod, '=', nameof(KubeletOptions.EvictionSoftGracePeriod), found, (signal, text) => graces[signal] = GraceOf(text));
        Each(MinimumReclaim, '=', nameof(KubeletOptions.EvictionMinimumReclaim), found, (signal, text) => reclaims[signal] = ReclaimOf(signal, text));

        var thresholds = ImmutableArray.CreateBuilder<Threshold>();
        Each(Hard, '<', nameof(KubeletOptions.EvictionHard), found, (signal, text) => Add(signal, LeastOf(signal, text), TimeSpan.Zero));
        var isGraceKnown = found.All(fault => fault.Option != nameof(KubeletOptions.EvictionSoftGracePeriod));
        Each(Soft, '<', nameof(KubeletOptions.EvictionSoft), found, (signal, text) =>
        {
            var least = LeastOf(signal, text);
            if (!graces.TryGetValue(signal, out var grace) && isGraceKnown && least is not null)
                found.Add(new(nameof(KubeletOptions.EvictionSoftGracePeriod), $"grace period must be specified for the soft eviction threshold {signal}"));
            Add(signal, least, grace);
        });
        foreach (var memory in thresholds.Where(threshold => threshold.IsHard && threshold.Signal == EvictionSignal.Memory).ToList())
            thresholds.Add(memory with { Signal = EvictionSignal.AllocatableMemory });
        return found.Count > 0 ? null : new(thresholds.ToImmutable(), transition, maxPodGrace);

        void Add(EvictionSignal signal, Amount? least, TimeSpan grace)
        {
            if (least is not null && !signal.IsContainerFs) thresholds.Add(new(signal, least, grace, reclaims.GetValueOrDefault(signal)));
        }
    }

    private static void Each(IReadOnlyList<string>? texts, char separator, string option, List<FlagFault> faults, Action<EvictionSignal, string> take)
    {
        var seen = new HashSet<EvictionSignal>();
        foreach (var text in texts ?? [])
        {
            if (text.Length == 0) continue;
            try
            {
                if (text.Split(separator) is not [var name, var value] || EvictionSignal.Find(name) is not { } signal)
                    throw new FormatException($"'{text}' is not signal{separator}value, the signal one of {string.Join(", ", EvictionSignal.All)}");
                if (!seen.Add(signal)) throw new FormatException($"names {signal} twice");
                take(signal, value);
            }
            catch (FormatException exception)
            {
                faults.Add(new(option, exception.Message));
            }
        }
    }

    // Null for no threshold at all.
    private static Amount? LeastOf(EvictionSignal signal, string text)
    {
        var amount = AmountOf(text);
        if (amount.Fixed is { Sign: 0 }) throw new FormatException($"eviction threshold {signal} must be positive: {text}");
        return amount.Fixed is null && amount.Part is 0 or 1 ? null : amount;
    }

    private static Amount ReclaimOf(EvictionSignal signal, string text) =>
        AmountOf(text) is var amount && amount is { Fixed: null, Part: 0 } ? throw new FormatException($"eviction percentage minimum reclaim {signal} must be positive: {text}") : amount;

    private static Amount AmountOf(string text)
    {
        if (text.EndsWith('%'))
        {
            if (float.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent) && percent is >= 0 and <= 100)
                return new(null, percent / 100);
        }
        else if (Quantity.TryParse(text, out var amount) && amount.Sign >= 0)
        {
            return new(amount);
        }
        throw new FormatException($"'{text}' is neither a quantity nor a percentage from 0 to 100");
    }

    private static TimeSpan GraceOf(string text) =>
        Hosting.Flags.Duration.Parse(text) is var duration && duration >= TimeSpan.Zero ? duration : throw new FormatException("a grace period is not negative");
}
