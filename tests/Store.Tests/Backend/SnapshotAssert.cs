using MiniK8s.Store.Backend;
using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Tests.Backend;

internal static class SnapshotAssert
{
    /// <summary>Both answer every read, every watch from the compact revision on, and every question about leases and alarms alike.</summary>
    public static void Same(MvccSnapshot expected, MvccSnapshot actual) => Same(StateImage.Of(expected), actual);

    /// <inheritdoc cref="Same(MvccSnapshot, MvccSnapshot)"/>
    public static void Same(StateImage expected, MvccSnapshot actual)
    {
        Assert.Equal((expected.Revision, expected.CompactRevision), (actual.Revision, actual.CompactRevision));
        var image = StateImage.Of(actual);
        Assert.Equal(expected.Keys, image.Keys);
        Assert.Equal(expected.Live, image.Live);
        Assert.Equal(expected.Events, image.Events);
        Assert.Equal(expected.Alarms, image.Alarms);
        Assert.Equal(expected.Leases, image.Leases);
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
}
