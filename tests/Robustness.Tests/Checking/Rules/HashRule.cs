using MiniK8s.Protocol.Etcd;
using MiniK8s.Robustness.Tests.History;

namespace MiniK8s.Robustness.Tests.Checking.Rules;

/// <summary>10: hashes at equal revision and equal compact revision are equal, whatever lies between, and equal a recount from the log.</summary>
internal sealed class HashRule : IRule
{
    /// <inheritdoc />
    public IEnumerable<Violation> Check(Evidence evidence)
    {
        var recount = evidence.Options.Recount(evidence.History.Log);
        var known = new Dictionary<(long Revision, long Compacted), CallLine>();
        foreach (var call in evidence.History.Calls)
        {
            if (call.Answer is not HashKVResponse answer) continue;
            var asked = ((HashKVRequest)call.Request).Revision;
            var revision = asked == 0 ? answer.Header.Revision : asked;
            if (!known.TryAdd((revision, answer.CompactRevision), call) && ((HashKVResponse)known[(revision, answer.CompactRevision)].Answer!).Hash != answer.Hash)
            {
                yield return new(10, $"{Name(known[(revision, answer.CompactRevision)])} and {Name(call)}");
            }
            else if (recount.Of(revision, answer.CompactRevision) is var expected && expected != answer.Hash)
            {
                yield return new(10, $"{Name(call)}; a recount from the log gives {expected}");
            }
        }
    }

    private static string Name(CallLine call) => $"{Evidence.Name(call)}: {Evidence.Shorten(call.Answer)}";
}
