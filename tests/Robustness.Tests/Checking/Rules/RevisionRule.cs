using MiniK8s.Robustness.Tests.History;

namespace MiniK8s.Robustness.Tests.Checking.Rules;

/// <summary>1: revisions are 2, 3, 4 ... in the log, each once, each with a change, and no two answers claim the same one.</summary>
internal sealed class RevisionRule : IRule
{
    /// <inheritdoc />
    public IEnumerable<Violation> Check(Evidence evidence)
    {
        var expected = 2L;
        foreach (var line in evidence.History.Log.OfType<LogRevisionLine>())
        {
            if (line.Revision != expected) yield return new(1, $"the log has revision {line.Revision} where {expected} was due");
            if (line.Changes.Count == 0) yield return new(1, $"revision {line.Revision} changed nothing");
            if (line.Changes.FirstOrDefault(change => change.ModRevision != line.Revision) is { } stray)
            {
                yield return new(1, $"revision {line.Revision} holds a change that says {stray.ModRevision}: {Evidence.Shorten(stray)}");
            }
            expected = long.Max(expected, line.Revision) + (line.Revision >= expected ? 1 : 0);
        }
        foreach (var (revision, first, second) in evidence.Settlement.Doubles)
        {
            yield return new(1, $"revision {revision} was given twice: {Evidence.Name(first)} and {Evidence.Name(second)}");
        }
    }
}
