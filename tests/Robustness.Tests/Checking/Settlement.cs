using MiniK8s.Robustness.Tests.History;
using MiniK8s.Robustness.Tests.Model;

namespace MiniK8s.Robustness.Tests.Checking;

/// <summary>Says for each revision of the log whose doing it was; this is how calls with an open outcome are settled.</summary>
/// <remarks>
/// <code>
/// the revision is named by                                       | its owner
/// ---------------------------------------------------------------+--------------------------------
/// an acknowledged write                                          | that call
/// nobody, and the log ends a lease right after it                | the lease's end
/// nobody, and open calls would have done just this               | one of them, each used once
/// nobody, and it deletes just what hung on one lease             | the lease's end
/// nobody, otherwise                                              | none: somebody's bug
/// </code>
/// </remarks>
internal sealed class Settlement
{
    private readonly Evidence _evidence;
    private readonly Dictionary<long, CallLine> _owners = [];
    private readonly Dictionary<long, long> _leaseEnds = [];        // revision to lease
    private readonly Dictionary<CallLine, long> _settled = new(ReferenceEqualityComparer.Instance);

    /// <summary>Settles the log.</summary>
    public Settlement(Evidence evidence)
    {
        _evidence = evidence;
        foreach (var call in evidence.History.Calls.Where(call => call.Answer is { } answer && Evidence.IsWrite(call) && KvModel.Changed(answer)))
        {
            if (!_owners.TryAdd(Evidence.RevisionOf(call), call)) Doubles.Add((Evidence.RevisionOf(call), _owners[Evidence.RevisionOf(call)], call));
        }
        FindLeaseEndsInTheLog();
        SettleOpenCalls();
        FindLeaseEndsByTheirDeletes();
    }

    /// <summary>Acknowledged writes that claim a revision another one claims.</summary>
    public List<(long Revision, CallLine First, CallLine Second)> Doubles { get; } = [];

    /// <summary>Revisions that nobody can have written.</summary>
    public IEnumerable<long> Orphans => Unowned();

    /// <summary>Open calls that turned out to have been done, and as which revision.</summary>
    public IReadOnlyDictionary<CallLine, long> Settled => _settled;

    /// <summary>Revisions that ended a lease, and which.</summary>
    public IReadOnlyDictionary<long, long> LeaseEnds => _leaseEnds;

    /// <summary>Every write that was answered as having changed something, by the revision it was answered with.</summary>
    public IReadOnlyDictionary<long, CallLine> Owners => _owners;

    /// <summary>Whether the request, made at that revision, does exactly what the log says.</summary>
    public bool Explains(CallLine call, long revision) =>
        Evidence.IsWrite(call) && _evidence.Timeline.RunAs(call.Request, revision).Changes.SequenceEqual(_evidence.Timeline.ChangesAt(revision));

    /// <summary>The one lease that all keys deleted by this revision hung on; null when it is not such a revision.</summary>
    public long? LeaseDeletedBy(long revision)
    {
        var changes = _evidence.Timeline.ChangesAt(revision);
        if (changes.Count == 0 || changes.Any(change => change.Version != 0)) return null;
        var leases = changes.Select(change => _evidence.Timeline.At(revision - 1).Get(change.Key)?.Lease ?? 0).Distinct().ToList();
        return leases is [not 0] ? leases[0] : null;
    }

    private IEnumerable<long> Unowned()
    {
        for (var revision = 2L; revision <= _evidence.Timeline.Last; revision++)
        {
            if (_evidence.Timeline.ChangesAt(revision).Count > 0 && !_owners.ContainsKey(revision) && !_leaseEnds.ContainsKey(revision)) yield return revision;
        }
    }

    private void FindLeaseEndsInTheLog()
    {
        var log = _evidence.History.Log;
        for (var i = 1; i < log.Count; i++)
        {
            if (log[i] is LogRevokeLine revoke && log[i - 1] is LogRevisionLine { Revision: var revision } && _evidence.Timeline.Has(revision)
                && !_owners.ContainsKey(revision) && LeaseDeletedBy(revision) == revoke.Id)
            {
                _leaseEnds[revision] = revoke.Id;
            }
        }
    }

    // A maximum matching of unowned revisions and open calls: as many revisions as can be are explained. Those that a lease's end would
    // explain as well come last, so that they take no call from a revision that only this call explains.
    private void SettleOpenCalls()
    {
        var open = _evidence.History.Calls.Where(call => Evidence.IsOpen(call) && Evidence.IsWrite(call)).ToList();
        var unowned = Unowned().OrderBy(revision => LeaseEndedBy(revision) is not null).ToList();
        foreach (var revision in unowned) TryExplain(revision, open, new(ReferenceEqualityComparer.Instance));
        foreach (var (call, revision) in _settled) _owners[revision] = call;
    }

    private bool TryExplain(long revision, List<CallLine> open, HashSet<CallLine> tried)
    {
        foreach (var call in open.Where(call => _evidence.Shown.Before(call.Start) < revision && Explains(call, revision)))
        {
            if (!tried.Add(call)) continue;
            if (_settled.TryGetValue(call, out var other) && !TryExplain(other, open, tried)) continue;
            _settled[call] = revision;
            return true;
        }
        return false;
    }

    private void FindLeaseEndsByTheirDeletes()
    {
        foreach (var revision in Unowned().ToList())
        {
            if (LeaseEndedBy(revision) is { } lease) _leaseEnds[revision] = lease;
        }
    }

    // The lease whose keys, all of them, the revision deletes; null when there is none, or when the log itself says when leases ended.
    private long? LeaseEndedBy(long revision)
    {
        if (_evidence.History.LogHasLeases || LeaseDeletedBy(revision) is not { } lease) return null;
        var hung = _evidence.Timeline.At(revision - 1).Values.Count(kv => kv.Lease == lease);
        return hung == _evidence.Timeline.ChangesAt(revision).Count ? lease : null;
    }
}
