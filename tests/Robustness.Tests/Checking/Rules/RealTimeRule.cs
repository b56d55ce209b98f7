using MiniK8s.Protocol.Etcd;
using MiniK8s.Robustness.Tests.History;
using MiniK8s.Robustness.Tests.Model;

namespace MiniK8s.Robustness.Tests.Checking.Rules;

/// <summary>4 and 12: no answer is older than what anybody had been shown before the call began; 12 when a restart lies between the two.</summary>
/// <remarks>A write is strictly newer. Reads marked serializable may be old.</remarks>
internal sealed class RealTimeRule : IRule
{
    /// <inheritdoc />
    public IEnumerable<Violation> Check(Evidence evidence)
    {
        foreach (var call in evidence.History.Calls)
        {
            var revision = Evidence.RevisionOf(call);
            if (revision == 0 || call.Request is RangeRequest { Serializable: true }) continue;
            var isWrite = Evidence.IsWrite(call) && KvModel.Changed(call.Answer!);
            var mayTrailWatches = call.Request is LeaseKeepAliveRequest && evidence.Allows(Leeway.KeepAlivesBehindWatches);
            var known = (mayTrailWatches ? evidence.Answered : evidence.Shown).Before(call.Start);
            if (revision > known || (revision == known && !isWrite)) continue;
            var invariant = CameByRestart(evidence, call, revision) ? 12 : 4;
            yield return new(invariant, $"revision {known} had been shown before, yet {Evidence.Name(call)}");
        }
    }

    // Whether everything newer than the answer had been shown before a restart that came before the call.
    private static bool CameByRestart(Evidence evidence, CallLine call, long revision)
    {
        var restart = evidence.History.Starts.LastOrDefault(start => start <= call.Start, -1);
        if (restart < 0 || evidence.History.Starts[0] == restart) return false;
        var shownSince = evidence.History.Calls.Any(other =>
            other.Start >= restart && other.End < call.Start && Evidence.RevisionOf(other) > revision);
        return !shownSince && evidence.Shown.Before(restart) > revision;
    }
}
