using MiniK8s.Protocol.Etcd;
using MiniK8s.Robustness.Tests.History;

namespace MiniK8s.Robustness.Tests.Checking.Rules;

/// <summary>9: the compact revision only rises, never past the newest revision; compactions are refused for cause; an acknowledged one is in the log.</summary>
internal sealed class CompactionRule : IRule
{
    /// <inheritdoc />
    public IEnumerable<Violation> Check(Evidence evidence)
    {
        var calls = evidence.History.Calls.Where(call => call.Request is CompactionRequest).ToList();
        return CheckLog(evidence).Concat(calls.Select(call => Check(evidence, call)).OfType<Violation>()).Concat(CheckKept(evidence, calls));
    }

    private static IEnumerable<Violation> CheckLog(Evidence evidence)
    {
        var (revision, compacted) = (1L, -1L);
        foreach (var line in evidence.History.Log)
        {
            if (line is LogRevisionLine changed) revision = changed.Revision;
            if (line is not LogCompactionLine compaction) continue;
            if (compaction.Revision <= compacted) yield return new(9, $"the log compacts at {compaction.Revision} after {compacted}");
            if (compaction.Revision > revision) yield return new(9, $"the log compacts at {compaction.Revision} when the newest revision is {revision}");
            compacted = long.Max(compacted, compaction.Revision);
        }
    }

    private static Violation? Check(Evidence evidence, CallLine call)
    {
        var revision = ((CompactionRequest)call.Request).Revision;
        var known = evidence.Compacted.Before(call.Start);
        if (call.Answer is not null)
        {
            if (revision <= known) return new(9, $"the compact revision was {known} and fell: {Evidence.Name(call)}");
            return revision > Evidence.RevisionOf(call) ? new(9, $"compacted past the newest revision: {Evidence.Name(call)}") : null;
        }
        return RefusalTexts.Of(call) switch
        {
            // The bound holds this very call, so only the others' requests count.
            Refusal.Compacted when !evidence.History.Calls.Any(other => !ReferenceEquals(other, call) && other.Request is CompactionRequest asked
                && asked.Revision >= revision && other.Start < call.End && !Evidence.IsRefused(other)) =>
                new(9, $"nobody had asked for a compaction at or past {revision}, yet {Evidence.Name(call)}"),
            Refusal.Future when revision <= evidence.Shown.Before(call.Start) =>
                new(9, $"revision {evidence.Shown.Before(call.Start)} had been shown before, yet {Evidence.Name(call)}"),
            _ => null,
        };
    }

    private static IEnumerable<Violation> CheckKept(Evidence evidence, List<CallLine> calls)
    {
        var logged = evidence.History.Log.OfType<LogCompactionLine>().Select(line => line.Revision).ToHashSet();
        if (logged.Count == 0) return [];       // a log made up from a watch has none
        return calls.Where(call => call.Answer is not null && !logged.Contains(((CompactionRequest)call.Request).Revision))
            .Select(call => new Violation(9, $"the log lacks it: {Evidence.Name(call)}"));
    }
}
