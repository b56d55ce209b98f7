using System.Collections.Immutable;

using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.EtcdServices;

namespace MiniK8s.Store.Mvcc;

/// <summary>Writes on top of a snapshot, each seeing those before it, none visible to readers yet.</summary>
/// <remarks>
/// A request that changes something takes the next main revision, and its changes the sub revisions 0, 1, 2 ... under it;
/// one that changes nothing or is refused takes none. New versions of known keys are appended to histories that readers
/// share: they bear revisions past any published one, so nobody finds them. A batch that the log had no room for takes
/// them out again (<see cref="Undo"/>).
/// </remarks>
internal sealed class StagedBatch(MvccSnapshot start)
{
    private readonly List<LogEntry> _entries = [];
    private int _owed;
    private readonly List<Change> _changes = [];          // of the transaction that runs
    private readonly List<StoredEvent> _events = [];      // the same, as watchers see them
    private KeyTree _tree = start.Tree;
    private RevisionHistory _history = start.History;
    private long _revision = start.Revision;
    private long _compactRevision = start.CompactRevision;
    private LeaseTable _leases = start.Leases;
    private ImmutableSortedSet<AlarmType> _alarms = start.Alarms;

    /// <summary>What the log must hold before this batch may be published, in order.</summary>
    public IReadOnlyList<LogEntry> Entries => _entries;

    /// <summary>Whether no write changed anything.</summary>
    public bool IsEmpty => _entries.Count == _owed;

    // What the running transaction sees: its own changes once it has made one.
    private ReadView View => new(_tree, _changes.Count > 0 ? _revision + 1 : _revision, _compactRevision);

    /// <summary>
    /// Runs one write, checked before by <see cref="RequestChecks"/>: PutRequest, DeleteRangeRequest, TxnRequest, CompactionRequest,
    /// LeaseGrantRequest (its id chosen), LeaseRevokeRequest or AlarmRequest.
    /// </summary>
    /// <returns>The matching response, its header holding the revision alone, or the refusal.</returns>
    public Outcome<IMessage> Apply(IMessage request)
    {
        if (AlarmGate.Refusal(_alarms, request) is { } alarmed) return alarmed;
        Outcome<IMessage> outcome = request switch
        {
            PutRequest put => CheckPut(View, put) is { } refusal ? refusal : Put(put),
            DeleteRangeRequest delete => DeleteRange(delete),
            TxnRequest txn => Txn(txn),
            CompactionRequest compaction => Compact(compaction.Revision),
            LeaseGrantRequest grant => Grant(grant),
            LeaseRevokeRequest revoke => Revoke(revoke.ID),
            AlarmRequest alarm => Alarm(alarm),
            _ => throw new ArgumentException($"{request.Descriptor.Name} is not a write.", nameof(request)),
        };
        EndTransaction();
        return outcome;
    }

    /// <summary>Has an entry logged with this batch, before its own; what it says is published already. Before any <see cref="Apply"/>.</summary>
    public void Owe(LogEntry entry)
    {
        _entries.Add(entry);
        _owed++;
    }

    /// <summary>Takes the batch back, as if it had never been staged. Nothing of it may be in the log; the batch is of no more use.</summary>
    public void Undo()
    {
        foreach (var change in _entries.OfType<RevisionEntry>().SelectMany(entry => entry.Events))
        {
            start.Tree.Find(change.Version.Key)?.ForgetAfter(start.Revision);
        }
    }

    /// <summary>Repeats what the log says happened.</summary>
    /// <exception cref="InvalidDataException">A revision is missing before this one.</exception>
    public void Replay(LogEntry entry)
    {
        switch (entry)
        {
            case StartEntry begin:
                StartAt(begin);
                break;
            case CompactionEntry compaction when compaction.Revision > _compactRevision:
                CompactTo(compaction.Revision);
                break;
            case RevisionEntry { Revision: var revision } when revision > _revision + 1:
                throw new InvalidDataException($"the log jumps from revision {_revision} to {revision}");
            case RevisionEntry { Revision: var revision, Events: var events } when revision == _revision + 1:
                foreach (var stored in events) Write(stored.Version);
                EndTransaction();
                break;
            case LeaseGrantEntry grant:
                _leases = _leases.With(grant.Id, grant.Ttl);
                break;
            case LeaseRevokeEntry revoke:
                _leases = _leases.Without(revoke.Id);
                break;
            case AlarmEntry alarm:
                _alarms = alarm.IsRaised ? _alarms.Add(alarm.Alarm) : _alarms.Remove(alarm.Alarm);
                break;
        }
        _entries.Clear();
    }

    /// <summary>The snapshot to publish.</summary>
    public MvccSnapshot ToSnapshot() => new(_tree, _history, _revision, _compactRevision, _leases) { Alarms = _alarms };

    private void EndTransaction()
    {
        if (_changes.Count == 0) return;
        _revision++;
        _history = _history.With(_changes);
        _entries.Add(new RevisionEntry(_revision, [.. _events]));
        _changes.Clear();
        _events.Clear();
    }

    // ignore_value and ignore_lease need something to keep; a lease must exist.
    private EtcdError? CheckPut(ReadView before, PutRequest put)
    {
        if (put.Lease != 0 && _leases.Find(put.Lease) is null) return EtcdErrors.LeaseNotFound;
        return (put.IgnoreValue || put.IgnoreLease) && before.Get(put.Key) is null ? EtcdErrors.KeyNotFound : null;
    }

    private PutResponse Put(PutRequest put)
    {
        var history = HistoryOf(put.Key);
        var previous = history.At(View.Revision);
        Write(history, previous, new KeyVersion(new KeyValue
        {
            Key = put.Key,
            Value = put.IgnoreValue ? previous!.Read().Value : put.Value,
            Lease = put.IgnoreLease ? previous!.Lease : put.Lease,
            CreateRevision = previous?.CreateRevision ?? _revision + 1,
            ModRevision = _revision + 1,
            Version = (previous?.Number ?? 0) + 1,
        }));
        return new PutResponse { Header = HeaderAt(_revision + 1), PrevKv = put.PrevKv ? previous?.Read() : null };
    }

    private DeleteRangeResponse DeleteRange(DeleteRangeRequest delete)
    {
        var found = View.List(KeyRange.From(delete.Key, delete.RangeEnd));
        foreach (var version in found) Write(new KeyVersion(KeyHistory.Tombstone(version.Key, _revision + 1)));

        var response = new DeleteRangeResponse { Header = HeaderAt(View.Revision), Deleted = found.Count };
        if (delete.PrevKv) response.PrevKvs.AddRange(found.Select(version => version.Read()));
        return response;
    }

    private Outcome<IMessage> Txn(TxnRequest txn)
    {
        // Compares and checks see the state before the transaction, whatever its earlier operations do.
        var plan = TxnPlan.Choose(View, txn);
        var puts = plan.Operations.Select(op => op.RequestPut).Where(put => put is not null);
        var ranges = plan.Operations.Select(op => op.RequestRange).Where(range => range is not null);
        var before = View;
        var refusal = puts.Select(put => CheckPutInTxn(before, put)).FirstOrDefault(error => error is not null)
            ?? ranges.Select(range => CheckRangeInTxn(before, range)).FirstOrDefault(error => error is not null);
        if (refusal is not null) return refusal;
        if (plan.KeepsWhatItDeleted()) return EtcdErrors.KeyNotFound;

        var response = Run(plan);
        response.Header = HeaderAt(View.Revision);
        return response;
    }

    // The same two checks as for a lone put, in the order in which etcd makes them inside a Txn.
    private EtcdError? CheckPutInTxn(ReadView before, PutRequest put)
    {
        if ((put.IgnoreValue || put.IgnoreLease) && before.Get(put.Key) is null) return EtcdErrors.KeyNotFound;
        return put.Lease != 0 && _leases.Find(put.Lease) is null ? EtcdErrors.LeaseNotFound : null;
    }

    // Unlike a lone Range, a negative revision in a Txn counts as an old one.
    private static EtcdError? CheckRangeInTxn(ReadView before, RangeRequest range)
    {
        if (range.Revision > before.Revision) return EtcdErrors.FutureRevision;
        return range.Revision != 0 && range.Revision < before.CompactRevision ? EtcdErrors.Compacted : null;
    }

    private TxnResponse Run(TxnPlan plan)
    {
        var response = new TxnResponse { Succeeded = plan.Succeeded };
        foreach (var step in plan.Steps) response.Responses.Add(Run(step));
        return response;
    }

    private ResponseOp Run(TxnStep step) => step.Operation.RequestCase switch
    {
        RequestOp.RequestOneofCase.RequestPut => new ResponseOp { ResponsePut = Put(step.Operation.RequestPut) },
        RequestOp.RequestOneofCase.RequestDeleteRange => new ResponseOp { ResponseDeleteRange = DeleteRange(step.Operation.RequestDeleteRange) },
        RequestOp.RequestOneofCase.RequestRange => new ResponseOp { ResponseRange = RangeReader.Read(View, step.Operation.RequestRange).Value },
        _ => new ResponseOp { ResponseTxn = RunNested(step.Nested!) },
    };

    private TxnResponse RunNested(TxnPlan plan)
    {
        var response = Run(plan);
        response.Header = new ResponseHeader();     // etcd leaves the header of a nested answer empty
        return response;
    }

    private Outcome<IMessage> Compact(long revision)
    {
        if (revision <= _compactRevision) return EtcdErrors.Compacted;
        if (revision > _revision) return EtcdErrors.FutureRevision;

        CompactTo(revision);
        _entries.Add(new CompactionEntry(revision));
        return new CompactionResponse { Header = HeaderAt(_revision) };
    }

    // As etcd: the size of the TTL is judged before the id, and a TTL below the least is raised to it.
    private Outcome<IMessage> Grant(LeaseGrantRequest grant)
    {
        if (grant.TTL > LeaseTerms.MaxTtl) return EtcdErrors.LeaseTtlTooLarge;
        if (_leases.Find(grant.ID) is not null) return EtcdErrors.LeaseExists;

        var ttl = long.Max(grant.TTL, LeaseTerms.MinTtl);
        _leases = _leases.With(grant.ID, ttl);
        _entries.Add(new LeaseGrantEntry(grant.ID, ttl));
        return new LeaseGrantResponse { Header = HeaderAt(_revision), ID = grant.ID, TTL = ttl };
    }

    // The keys go in key order under one revision; with no keys there is no revision. The keys first, so that the log never shows them orphaned.
    private Outcome<IMessage> Revoke(long id)
    {
        if (_leases.Find(id) is not { } lease) return EtcdErrors.LeaseNotFound;

        foreach (var key in lease.Keys) Write(new KeyVersion(KeyHistory.Tombstone(key, _revision + 1)));
        EndTransaction();
        _leases = _leases.Without(id);
        _entries.Add(new LeaseRevokeEntry(id));
        return new LeaseRevokeResponse { Header = HeaderAt(_revision) };
    }

    // Raising what is raised answers it once more; clearing what is not raised answers nothing.
    private AlarmResponse Alarm(AlarmRequest request)
    {
        var response = new AlarmResponse { Header = HeaderAt(_revision) };
        var raises = request.Action == AlarmRequest.Types.AlarmAction.Activate;
        if (request.Alarm is not (AlarmType.Nospace or AlarmType.Corrupt)) return response;
        if (raises || _alarms.Contains(request.Alarm)) response.Alarms.Add(new AlarmMember { Alarm = request.Alarm });

        if (raises == _alarms.Contains(request.Alarm)) return response;
        _alarms = raises ? _alarms.Add(request.Alarm) : _alarms.Remove(request.Alarm);
        _entries.Add(new AlarmEntry(request.Alarm, raises));
        return response;
    }

    private void StartAt(StartEntry start)
    {
        foreach (var version in start.Live) HistoryOf(version.Key).Append(version);
        _revision = start.Revision;
        _history = RevisionHistory.After(start.Revision);
    }

    // Only keys with an event since the last compaction can have anything to lose.
    private void CompactTo(long revision)
    {
        var touched = new HashSet<ByteString>();
        for (var past = _history.First; past <= long.Min(revision, _history.Last); past++)
        {
            foreach (var change in _history[past]) touched.Add(change.Key);
        }
        _tree = _tree.CompactedAt(revision, touched);
        _history = _history.From(revision);
        _compactRevision = revision;
    }

    // There from here on, also where it was not: what asks for it to write must go on to append.
    private KeyHistory HistoryOf(ByteString key)
    {
        _tree = _tree.With(key, out var history);
        return history;
    }

    private void Write(KeyVersion version)
    {
        var history = HistoryOf(version.Key);
        Write(history, history.At(version.ModRevision), version);
    }

    private void Write(KeyHistory history, KeyVersion? previous, KeyVersion version)
    {
        version.ShareKey(history.Key);
        history.Append(version);
        _leases = _leases.Moved(version.Key, from: previous?.Lease ?? 0, to: version.Lease);
        // To watchers the value before is that of the revision before, also when this very transaction put the key first.
        var before = previous?.ModRevision == version.ModRevision ? history.At(version.ModRevision - 1) : previous;
        _changes.Add(new Change(history, version.ModRevision, version.IsTombstone));
        _events.Add(new StoredEvent(version, before));
    }

    private static ResponseHeader HeaderAt(long revision) => new() { Revision = revision };
}
