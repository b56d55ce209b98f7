using MiniK8s.Store.Backend;
using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Tests.Backend;

internal static class SnapshotAssert
{
    /// <summary>Both answer every read, every watch from the compact revision on, and every question about leases and alarms alike.</summary>
    public static void Same(MvccSnapshot expected, MvccSnapshot actual)
    {
        Assert.Equal((expected.Revision, expected.CompactRevision), (actual.Revision, actual.CompactRevision));
        Assert.Equal(expected.Tree.Count, actual.Tree.Count);
        for (var revision = long.Max(2, expected.CompactRevision); revision <= expected.Revision; revision++)
        {
            Assert.Equal(expected.LiveAt(revision).Select(version => version.Read()), actual.LiveAt(revision).Select(version => version.Read()));
            Assert.Equal(expected.EventsAt(revision).Select(stored => stored.WithPrevious), actual.EventsAt(revision).Select(stored => stored.WithPrevious));
        }
        Assert.Equal(expected.Alarms, actual.Alarms);
        Assert.Equal(Leases(expected), Leases(actual));
    }

    /// <summary>The backend holds exactly the rows that a store in this state still needs.</summary>
    public static void HoldsOnly(IBackend backend, MvccSnapshot state)
    {
        var compacted = long.Max(1, state.CompactRevision);
        var before = state.CompactRevision > 1 ? state.LiveAt(compacted).Count(value => value.ModRevision < compacted) : 0;
        var since = 0;
        for (var revision = state.History.First; revision <= state.History.Last; revision++) since += state.ChangesAt(revision).Count();

        Assert.Equal(before + since, backend.ReadRows().Count());
        Assert.Equal(before + since + state.Leases.All.Count() + state.Alarms.Count, backend.ReadMeta()!.Value.Count);
    }

    private static IEnumerable<(long Id, long Ttl, string Keys)> Leases(MvccSnapshot snapshot) =>
        snapshot.Leases.All.OrderBy(lease => lease.Id).Select(lease => (lease.Id, lease.Ttl, string.Join(' ', lease.Keys.Select(key => key.ToStringUtf8()))));
}
