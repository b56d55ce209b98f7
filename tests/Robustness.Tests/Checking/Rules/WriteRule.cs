using MiniK8s.Protocol.Etcd;
using MiniK8s.Robustness.Tests.History;
using MiniK8s.Robustness.Tests.Model;

namespace MiniK8s.Robustness.Tests.Checking.Rules;

/// <summary>2, 3, 5 and 8 for writes: what an answered write claims is in the log, whole, and the answer is what replay gives.</summary>
internal sealed class WriteRule : IRule
{
    /// <inheritdoc />
    public IEnumerable<Violation> Check(Evidence evidence) =>
        evidence.History.Calls.Where(call => call.Answer is not null && Evidence.IsWrite(call)).SelectMany(call => Check(evidence, call));

    private static IEnumerable<Violation> Check(Evidence evidence, CallLine call)
    {
        var (timeline, revision) = (evidence.Timeline, Evidence.RevisionOf(call));
        if (!timeline.Has(revision))
        {
            yield return new(5, $"the log ends at revision {timeline.Last}, yet {Evidence.Name(call)}");
            yield break;
        }
        var changed = KvModel.Changed(call.Answer!);
        var effect = changed ? timeline.RunAs(call.Request, revision) : timeline.RunOn(call.Request, revision);
        if (changed && CompareWithLog(effect.Changes, timeline.ChangesAt(revision)) is { } difference)
        {
            yield return new(difference.Invariant, $"{difference.Text}, yet {Evidence.Name(call)}");
        }
        if (!changed && effect.Changes.Count > 0)
        {
            yield return new(8, $"replay makes {effect.Changes.Count} changes, none were answered: {Evidence.Name(call)}");
        }
        var answer = Answers.WithoutHeaders(call.Answer!);
        if (!answer.Equals(effect.Answer))
        {
            yield return new(8, $"{Evidence.Name(call)} was answered {Evidence.Shorten(answer)}, replay gives {Evidence.Shorten(effect.Answer)}");
        }
    }

    private static (int Invariant, string Text)? CompareWithLog(IReadOnlyList<KeyValue> expected, IReadOnlyList<KeyValue> logged)
    {
        if (expected.SequenceEqual(logged)) return null;
        var text = $"the log has {string.Join(", ", logged.Select(Evidence.Shorten))} where {string.Join(", ", expected.Select(Evidence.Shorten))} was due";
        if (expected.Select(Content).SequenceEqual(logged.Select(Content))) return (3, text);
        var isPart = logged.Count > 0 && logged.Count < expected.Count && logged.All(change => expected.Select(Content).Contains(Content(change)));
        return (isPart ? 2 : 5, text);
    }

    private static (Google.Protobuf.ByteString Key, Google.Protobuf.ByteString Value, long Lease, bool IsDeletion) Content(KeyValue kv) =>
        (kv.Key, kv.Value, kv.Lease, kv.Version == 0);
}
