using MiniK8s.Protocol.Etcd;
using MiniK8s.Robustness.Tests.History;

namespace MiniK8s.Robustness.Tests.Checking.Rules;

/// <summary>11: a lease ends by itself neither before its time nor more than a second after it, and takes all its keys with it at once.</summary>
/// <remarks>
/// Its time is the granted seconds after the last renewal. The server renewed it somewhere between start and end of the call: from
/// the start it can be judged early, from the end late. A restart gives the full time again, from some moment between the launch of the
/// process and its being found ready; a fault puts everything off.
/// </remarks>
internal sealed class LeaseRule : IRule
{
    private const long Second = 1_000_000;

    /// <inheritdoc />
    public IEnumerable<Violation> Check(Evidence evidence)
    {
        var ends = evidence.Settlement.LeaseEnds.GroupBy(end => end.Value).ToDictionary(group => group.Key, group => group.Min(end => end.Key));
        var byLease = evidence.History.Calls.Where(call => LeaseOf(call) != 0).GroupBy(LeaseOf).ToDictionary(group => group.Key, group => group.ToList());
        return byLease.SelectMany(lease => Check(evidence, lease.Key, lease.Value, ends.TryGetValue(lease.Key, out var end) ? end : null))
            .Concat(CheckEnds(evidence));
    }

    private static IEnumerable<Violation> Check(Evidence evidence, long lease, List<CallLine> calls, long? end)
    {
        if (calls.FirstOrDefault(call => call.Answer is LeaseGrantResponse) is not { Answer: LeaseGrantResponse { TTL: var seconds } } grant) return [];
        var ttl = seconds * Second;
        var revoked = calls.Where(call => call.Request is LeaseRevokeRequest && !Evidence.IsRefused(call)).Select(call => call.Start).DefaultIfEmpty(long.MaxValue).Min();
        var renewals = calls.Where(call => call == grant || call.Answer is LeaseKeepAliveResponse { TTL: > 0 }).ToList();
        return CheckEarly(evidence, lease, ttl, calls, renewals, revoked, end).Concat(CheckLate(evidence, lease, ttl, calls, renewals, revoked, end));
    }

    private static IEnumerable<Violation> CheckEarly(
        Evidence evidence, long lease, long ttl, List<CallLine> calls, List<CallLine> renewals, long revoked, long? end)
    {
        var deaths = calls.Where(SaysGone).Select(call => (At: call.End, Proof: Evidence.Name(call))).ToList();
        if (end is { } revision) deaths.Add((evidence.Visibility.FirstSeen(revision), $"revision {revision} deleted its keys"));
        foreach (var (at, proof) in deaths.Where(death => death.At < revoked))
        {
            var due = Earliest(evidence, renewals, ttl, at);
            if (at < due) yield return new(11, $"lease {lease} was to last until {due} µs at least, and was gone at {at} µs: {proof}");
        }
    }

    // Until when the lease was sure to live, by what happened before its death was seen. A restart gives it its time anew, if it was
    // still sure to live when the process ended: otherwise it may have run out just before.
    private static long Earliest(Evidence evidence, List<CallLine> renewals, long ttl, long death)
    {
        var changes = renewals.Select(renewal => (At: renewal.Start, From: renewal.Start, IsRestart: false))
            .Concat(Restarts(evidence.History).Select(restart => (At: restart.Down, From: restart.Launched, IsRestart: true)));
        var due = long.MinValue;
        foreach (var (at, from, isRestart) in changes.Where(change => change.At < death).OrderBy(change => change.At))
        {
            if (!isRestart || at < due) due = long.Max(due, from + ttl);
        }
        return due;
    }

    private static IEnumerable<Violation> CheckLate(
        Evidence evidence, long lease, long ttl, List<CallLine> calls, List<CallLine> renewals, long revoked, long? end)
    {
        if (revoked != long.MaxValue) yield break;
        var tries = calls.Where(call => call.Request is LeaseKeepAliveRequest && Evidence.IsOpen(call)).Concat(renewals);
        var lateness = (long)evidence.Options.LeaseLateness.TotalMicroseconds;
        var due = Deadline(evidence, [.. tries.Select(call => call.End)], ttl, lateness) + lateness;
        var last = evidence.Timeline.Last;
        var missed = evidence.Visibility.LastMissed(end ?? last + 1);
        var hadKeys = end is not null || evidence.Timeline.At(last).Values.Any(kv => kv.Lease == lease);
        if (hadKeys && missed > due) yield return new(11, $"lease {lease} was to be gone by {due} µs, and a call that began at {missed} µs still found its keys");
        if (calls.FirstOrDefault(call => call.Start > due && SaysAlive(call)) is { } alive) yield return new(11, $"lease {lease} was to be gone by {due} µs, yet {Evidence.Name(alive)}");
    }

    // Goes through renewals, restarts and faults in the order of time: each can only put the end off, and only of a lease that may still be there.
    private static long Deadline(Evidence evidence, List<long> renewals, long ttl, long lateness)
    {
        var changes = renewals.Select(at => (At: at, Until: at, IsRenewal: true))
            .Concat(evidence.History.Faults.Select(fault => (At: fault.Start, Until: fault.End, IsRenewal: false)))
            .Concat(Restarts(evidence.History).Select(restart => (At: restart.Down, Until: restart.Up, IsRenewal: false)));
        var deadline = renewals.Min() + ttl;
        foreach (var (at, until, isRenewal) in changes.OrderBy(change => change.At))
        {
            if (isRenewal || at <= deadline + lateness) deadline = long.Max(deadline, until + ttl);
        }
        return deadline;
    }

    private static IEnumerable<(long Down, long Launched, long Up)> Restarts(RunHistory history) => history.Launches.Zip(history.Starts).Skip(1)
        .Select(start => (history.Ends.Where(down => down <= start.Second).DefaultIfEmpty(start.Second).Max(), start.First, start.Second));

    // In the log, a lease that ends leaves no key behind.
    private static IEnumerable<Violation> CheckEnds(Evidence evidence)
    {
        var revision = 1L;
        foreach (var line in evidence.History.Log)
        {
            if (line is LogRevisionLine changed && evidence.Timeline.Has(changed.Revision)) revision = changed.Revision;
            if (line is not LogRevokeLine revoke) continue;
            var left = evidence.Timeline.At(revision).Values.Where(kv => kv.Lease == revoke.Id).Select(kv => kv.Key.ToStringUtf8()).ToList();
            if (left.Count > 0) yield return new(11, $"lease {revoke.Id} ended after revision {revision} and left keys behind: {string.Join(", ", left)}");
        }
    }

    private static bool SaysGone(CallLine call) => call.Answer is LeaseKeepAliveResponse { TTL: <= 0 } or LeaseTimeToLiveResponse { TTL: < 0 }
        || (RefusalTexts.Of(call) == Refusal.NoLease && call.Request is PutRequest);

    private static bool SaysAlive(CallLine call) => call.Answer is LeaseKeepAliveResponse { TTL: > 0 } or LeaseTimeToLiveResponse { TTL: >= 0 } or PutResponse;

    private static long LeaseOf(CallLine call) => call.Request switch
    {
        LeaseGrantRequest grant => call.Answer is LeaseGrantResponse answer ? answer.ID : grant.ID,
        LeaseKeepAliveRequest keepAlive => keepAlive.ID,
        LeaseTimeToLiveRequest life => life.ID,
        LeaseRevokeRequest revoke => revoke.ID,
        PutRequest put => put.Lease,
        _ => 0,
    };
}
