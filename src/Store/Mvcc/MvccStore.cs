using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Store.Mvcc;

/// <summary>Holds the published snapshot, and starts the batches that become the next one.</summary>
/// <remarks>
/// Any thread reads <see cref="Current"/>; one writer stages and publishes, one batch at a time.
/// A value that has a home on disk is let go of as soon as it is published. Kept in memory for some seconds, it would be garbage of the costly
/// kind: too old for the collector's quick rounds. The system's page cache keeps it as well, at a microsecond a read.
/// </remarks>
internal sealed class MvccStore
{
    private const int Attempts = 5;
    private MvccSnapshot _current = MvccSnapshot.Empty;

    /// <summary>The newest published state: every write in it is durable.</summary>
    public MvccSnapshot Current => Volatile.Read(ref _current);

    /// <summary>A batch on top of the published state. Nothing of it can be read before <see cref="Publish"/>.</summary>
    public StagedBatch Stage() => new(Current);

    /// <summary>Makes the batch the state that readers see.</summary>
    public void Publish(StagedBatch batch)
    {
        Volatile.Write(ref _current, batch.ToSnapshot());
        foreach (var entry in batch.Entries) ForgetValues(entry);
    }

    /// <summary>Shows an alarm that the log had no room for. The writer only, who owes it to the log.</summary>
    public void Raise(AlarmType alarm) => Volatile.Write(ref _current, Current with { Alarms = Current.Alarms.Add(alarm) });

    /// <summary>Answers a read from one snapshot, so its items, its count and its header revision agree.</summary>
    public Outcome<RangeResponse> Range(RangeRequest request) => Read(snapshot => RangeReader.Read(snapshot.View, request));

    /// <summary>Reads from one snapshot; from a newer one again if a compaction took away what the read had yet to come to.</summary>
    /// <exception cref="VersionGoneException">Compaction overtook every attempt, or what is gone was never compacted.</exception>
    public T Read<T>(Func<MvccSnapshot, T> read)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return read(Current);
            }
            catch (VersionGoneException) when (attempt < Attempts)
            {
                // The newest snapshot holds the key's newer version, or answers that the revision is compacted.
            }
        }
    }

    /// <summary>Starts from a compacted state and the log after it. Entries the state already covers are skipped.</summary>
    /// <exception cref="InvalidDataException">The entries leave a hole in the revisions.</exception>
    public void Restore(MvccSnapshot state, IEnumerable<LogEntry> entries)
    {
        var batch = new StagedBatch(state);
        foreach (var entry in entries)
        {
            // A start may be larger than memory should be, so its values are let go of one by one.
            batch.Replay(entry is StartEntry start ? start with { Live = start.Live.Select(WithoutValue) } : entry);
            ForgetValues(entry);
        }
        var restored = batch.ToSnapshot();
        Volatile.Write(ref _current, restored with { Leases = restored.Leases.WithKeysOf(restored.LiveAt(restored.Revision)) });
    }

    private static void ForgetValues(LogEntry entry)
    {
        if (entry is not RevisionEntry { Events: var events }) return;
        foreach (var stored in events) stored.Version.Forget();
    }

    private static KeyVersion WithoutValue(KeyVersion version)
    {
        version.Forget();
        return version;
    }
}
