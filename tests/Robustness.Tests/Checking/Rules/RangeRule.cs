using MiniK8s.Protocol.Etcd;
using MiniK8s.Robustness.Tests.History;
using MiniK8s.Robustness.Tests.Model;

namespace MiniK8s.Robustness.Tests.Checking.Rules;

/// <summary>7, and 2, 3 and 9 as ranges show them: an answer is what replay gives at its revision; refusals had a cause.</summary>
internal sealed class RangeRule : IRule
{
    /// <inheritdoc />
    public IEnumerable<Violation> Check(Evidence evidence) => evidence.History.Calls.Where(call => call.Request is RangeRequest)
        .Select(call => call.Answer is RangeResponse answer ? CheckAnswer(evidence, call, answer) : CheckRefusal(evidence, call)).OfType<Violation>();

    private static Violation? CheckAnswer(Evidence evidence, CallLine call, RangeResponse answer)
    {
        var request = (RangeRequest)call.Request;
        var (timeline, header) = (evidence.Timeline, Evidence.RevisionOf(call));
        var revision = request.Revision > 0 ? request.Revision : header;
        if (!timeline.Has(header)) return new(5, $"the log ends at revision {timeline.Last}, yet {Evidence.Name(call)}");
        if (revision > header) return new(7, $"a revision of the future was answered: {Evidence.Name(call)}");
        if (request.Revision > 0 && revision < evidence.Compacted.Before(call.Start))
        {
            return new(9, $"history before revision {evidence.Compacted.Before(call.Start)} had been given up, yet {Evidence.Name(call)}");
        }

        var expected = KvModel.Range(request, timeline.At(revision));
        var actual = (RangeResponse)Answers.WithoutHeaders(answer);
        return actual.Equals(expected) ? null : new(
            Classify(evidence, call, revision, expected, actual),
            $"{Evidence.Name(call)} was answered {Evidence.Shorten(actual)}, replay to {revision} gives {Evidence.Shorten(expected)}");
    }

    private static int Classify(Evidence evidence, CallLine call, long revision, RangeResponse expected, RangeResponse actual)
    {
        if (expected.Kvs.Select(Content).SequenceEqual(actual.Kvs.Select(Content)) && (expected.Count, expected.More) == (actual.Count, actual.More)) return 3;
        if (ShowsPartOf(evidence.Timeline, revision, expected, actual)) return 2;
        // A live value that was old enough to be touched by a compaction is missing, and nothing else is wrong.
        var compacted = evidence.MayBeCompacted.Before(call.End);
        var missing = expected.Kvs.Except(actual.Kvs).ToList();
        var isSubset = missing.Count > 0 && !actual.Kvs.Except(expected.Kvs).Any();
        return isSubset && !actual.More && missing.All(kv => kv.ModRevision <= compacted) ? 9 : 7;
    }

    // The revision changed several of the keys, and the answer shows some as after it and some as before.
    private static bool ShowsPartOf(Timeline timeline, long revision, RangeResponse expected, RangeResponse actual)
    {
        var changes = timeline.ChangesAt(revision);
        if (changes.Count < 2) return false;
        var (asAfter, asBefore) = (0, 0);
        foreach (var key in changes.Select(change => change.Key))
        {
            var shown = actual.Kvs.FirstOrDefault(kv => kv.Key.Equals(key));
            if (Equals(shown, expected.Kvs.FirstOrDefault(kv => kv.Key.Equals(key)))) asAfter++;
            else if (Equals(shown, timeline.At(revision - 1).Get(key))) asBefore++;
        }
        return asAfter > 0 && asBefore > 0;
    }

    private static (Google.Protobuf.ByteString Key, Google.Protobuf.ByteString Value, long Lease, long Mod) Content(KeyValue kv) =>
        (kv.Key, kv.Value, kv.Lease, kv.ModRevision);

    private static Violation? CheckRefusal(Evidence evidence, CallLine call)
    {
        var revision = ((RangeRequest)call.Request).Revision;
        return RefusalTexts.Of(call) switch
        {
            Refusal.Future when revision <= evidence.Shown.Before(call.Start) =>
                new(7, $"revision {evidence.Shown.Before(call.Start)} had been shown before, yet {Evidence.Name(call)}"),
            Refusal.Compacted when revision >= evidence.MayBeCompacted.Before(call.End) =>
                new(9, $"nobody had asked for a compaction past {evidence.MayBeCompacted.Before(call.End)}, yet {Evidence.Name(call)}"),
            Refusal.Other when Evidence.IsRefused(call) => new(7, $"a range was refused: {Evidence.Name(call)}"),
            _ => null,
        };
    }
}
