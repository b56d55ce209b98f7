using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Tests.Mvcc;

/// <summary>Compares all that can be read from two snapshots.</summary>
internal static class SameState
{
    /// <summary>Both hold the same values and events at every readable revision, the same leases and the same alarms.</summary>
    public static void Assert(MvccSnapshot expected, MvccSnapshot actual)
    {
        Xunit.Assert.Equal((expected.Revision, expected.CompactRevision), (actual.Revision, actual.CompactRevision));
        for (var revision = long.Max(expected.CompactRevision, 1); revision <= expected.Revision; revision++)
        {
            Xunit.Assert.Equal(expected.LiveAt(revision).Select(version => version.Read()), actual.LiveAt(revision).Select(version => version.Read()));
            if (revision < expected.History.First) continue;
            Xunit.Assert.Equal(expected.EventsAt(revision).Select(stored => stored.WithPrevious), actual.EventsAt(revision).Select(stored => stored.WithPrevious));
        }
        Xunit.Assert.Equal(Leases(expected), Leases(actual));
        Xunit.Assert.Equal(expected.Alarms, actual.Alarms);
    }

    private static IEnumerable<string> Leases(MvccSnapshot snapshot) => snapshot.Leases.All.OrderBy(lease => lease.Id)
        .Select(lease => $"{lease.Id} {lease.Ttl} {string.Join(',', lease.Keys.Select(key => key.ToBase64()))}");
}
