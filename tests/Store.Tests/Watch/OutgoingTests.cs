using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Mvcc;
using MiniK8s.Store.Watch;

namespace MiniK8s.Store.Tests.Watch;

public sealed class OutgoingTests
{
    private static readonly Watcher A = new(null!, 1, new WatchCreateRequest());
    private static readonly Watcher B = new(null!, 2, new WatchCreateRequest());

    [Fact]
    public void Joined_OfTwoWatchers_IsOneEachInOrder()
    {
        var joined = Outgoing.Joined([Events(A, 2), Events(B, 2), Events(A, 3, 4), Events(B, 4)]);

        Assert.Equal([(A, "2 3 4", 4L), (B, "2 4", 4L)], joined.Select(Show));
    }

    [Fact]
    public void Joined_AnAnnouncementBetween_KeepsItsPlace()
    {
        var joined = Outgoing.Joined([Events(A, 2), new Outgoing(null, [], 2), Events(A, 3), Events(A), Events(A, 4)]);

        Assert.Equal([(A, "2", 2L), (null, "", 2), (A, "3", 3), (A, "", 0), (A, "4", 4)], joined.Select(Show));
    }

    private static Outgoing Events(Watcher watcher, params long[] revisions) =>
        new(watcher, [.. revisions.Select(revision => new EncodedEvent(new Event { Kv = new KeyValue { ModRevision = revision } }))], revisions.LastOrDefault());

    private static (Watcher?, string, long) Show(Outgoing outgoing) =>
        (outgoing.Watcher, string.Join(' ', outgoing.Events.Select(one => one.Revision)), outgoing.Revision);
}
