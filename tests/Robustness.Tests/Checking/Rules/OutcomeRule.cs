using MiniK8s.Robustness.Tests.History;
using MiniK8s.Robustness.Tests.Model;

namespace MiniK8s.Robustness.Tests.Checking.Rules;

/// <summary>2, 5, 6 and 11 for revisions that no call owns: a refused call's, one call's second, half a transaction's, half a lease's, or nobody's.</summary>
internal sealed class OutcomeRule : IRule
{
    /// <inheritdoc />
    public IEnumerable<Violation> Check(Evidence evidence) => evidence.Settlement.Orphans.Select(revision => Explain(evidence, revision));

    private static Violation Explain(Evidence evidence, long revision)
    {
        var (settlement, calls) = (evidence.Settlement, evidence.History.Calls);
        var changes = string.Join(", ", evidence.Timeline.ChangesAt(revision).Select(Evidence.Shorten));
        if (calls.FirstOrDefault(call => Evidence.IsRefused(call) && settlement.Explains(call, revision)) is { } refused)
        {
            return new(5, $"revision {revision} in the log is the doing of a refused call: {Evidence.Name(refused)}");
        }
        if (calls.FirstOrDefault(call => IsDone(evidence, call) && settlement.Explains(call, revision)) is { } twice)
        {
            return new(6, $"revision {revision} in the log looks like a second doing of {Evidence.Name(twice)}");
        }
        if (calls.FirstOrDefault(call => Evidence.IsOpen(call) && IsPartOf(evidence, call, revision)) is { } half)
        {
            return new(2, $"revision {revision} in the log ({changes}) is a part of {Evidence.Name(half)}");
        }
        if (settlement.LeaseDeletedBy(revision) is { } lease)
        {
            return new(11, $"revision {revision} deletes some of the keys of lease {lease}, not all at once: {changes}");
        }
        return new(5, $"nobody asked for revision {revision} of the log: {changes}");
    }

    private static bool IsDone(Evidence evidence, CallLine call) =>
        evidence.Settlement.Settled.ContainsKey(call) || (call.Answer is { } answer && Evidence.IsWrite(call) && KvModel.Changed(answer));

    private static bool IsPartOf(Evidence evidence, CallLine call, long revision)
    {
        if (!Evidence.IsWrite(call)) return false;
        var whole = evidence.Timeline.RunAs(call.Request, revision).Changes;
        var part = evidence.Timeline.ChangesAt(revision);
        return part.Count < whole.Count && part.All(whole.Contains);
    }
}
