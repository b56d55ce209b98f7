using MiniK8s.Robustness.Tests.Checking.Rules;
using MiniK8s.Robustness.Tests.History;

namespace MiniK8s.Robustness.Tests.Checking;

/// <summary>Judges a history by invariants 1 to 23. It knows the recorded lines and nothing else.</summary>
/// <remarks>
/// Revision order is the witness: the server's log is replayed once, each answer is held against the state at its own revision, and
/// real time is checked by what had been shown before a call began. So the work grows with the length of the history, no search needed.
/// </remarks>
internal static class HistoryChecker
{
    private static readonly IRule[] Rules =
    [
        new RevisionRule(),         // 1
        new VersionRule(),          // 3
        new RealTimeRule(),         // 4, 12
        new WriteRule(),            // 2, 3, 5, 8
        new OutcomeRule(),          // 2, 5, 6, 11
        new RangeRule(),            // 2, 3, 7, 9
        new CompactionRule(),       // 9
        new HashRule(),             // 10
        new LeaseRule(),            // 11
        new WatchRule(),            // 13 to 22
        new EqualWatchesRule(),     // 23
    ];

    /// <summary>Judges the lines.</summary>
    public static Verdict Judge(IEnumerable<HistoryLine> lines, CheckOptions? options = null)
    {
        var history = new RunHistory(lines);
        var evidence = new Evidence(history, options ?? new CheckOptions());
        return new Verdict(
            [.. Rules.SelectMany(rule => rule.Check(evidence))],
            history.Calls.Count,
            evidence.Settlement.Settled.Count,
            history.Calls.Count(Evidence.IsOpen),
            evidence.Timeline.Last,
            history.Watches.Count,
            history.Watches.Sum(watch => watch.Responses.Sum(line => line.Response.Events.Count)));
    }
}

/// <summary>What was found, and in how much.</summary>
/// <param name="Violations">Every breach.</param>
/// <param name="Calls">Calls judged.</param>
/// <param name="SettledCalls">Calls with an open outcome that had been done.</param>
/// <param name="OpenCalls">Calls with an open outcome in all.</param>
/// <param name="LastRevision">The log's newest revision.</param>
/// <param name="Watches">Watches judged.</param>
/// <param name="Events">Watch events judged.</param>
internal sealed record Verdict(
    IReadOnlyList<Violation> Violations, int Calls, int SettledCalls, int OpenCalls, long LastRevision, int Watches, int Events)
{
    /// <summary>The figures, and the first 20 violations.</summary>
    public override string ToString() =>
        $"{Calls} calls ({OpenCalls} open, {SettledCalls} of them done), {LastRevision} revisions, {Watches} watches, {Events} events, {Violations.Count} violations"
        + string.Concat(Violations.Take(20).Select(violation => $"\n  {violation}"));
}
