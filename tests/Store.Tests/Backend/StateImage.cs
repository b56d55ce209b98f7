using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Tests.Backend;

/// <summary>What a state answers to every read, every watch from the compact revision on, and every question about leases and alarms.</summary>
/// <remarks>Plain values: unlike the snapshot, which reads old versions from the backend, it outlives the store it was taken from.</remarks>
internal sealed class StateImage
{
    private StateImage(MvccSnapshot state)
    {
        (Revision, CompactRevision, Keys) = (state.Revision, state.CompactRevision, state.Tree.Count);
        for (var revision = long.Max(2, CompactRevision); revision <= Revision; revision++)
        {
            Live.Add([.. state.LiveAt(revision).Select(version => version.Read())]);
            Events.Add([.. state.EventsAt(revision).Select(stored => stored.WithPrevious)]);
        }
        Alarms = [.. state.Alarms];
        Leases = [.. state.Leases.All.OrderBy(lease => lease.Id).Select(lease => (lease.Id, lease.Ttl, string.Join(' ', lease.Keys.Select(key => key.ToStringUtf8()))))];
    }

    public static StateImage Empty { get; } = Of(MvccSnapshot.Empty);

    public long Revision { get; }

    public long CompactRevision { get; }

    public int Keys { get; }

    /// <summary>For each readable revision the pairs that existed then.</summary>
    public List<KeyValue[]> Live { get; } = [];

    /// <summary>For each readable revision its events.</summary>
    public List<Event[]> Events { get; } = [];

    public AlarmType[] Alarms { get; }

    public (long Id, long Ttl, string Keys)[] Leases { get; }

    public static StateImage Of(MvccSnapshot state) => new(state);
}
