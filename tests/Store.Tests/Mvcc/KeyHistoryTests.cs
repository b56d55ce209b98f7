using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Tests.Mvcc;

public sealed class KeyHistoryTests
{
    private static readonly ByteString Key = ByteString.CopyFromUtf8("k");

    // Put at 2, put at 4, deleted at 6, put again at 9.
    private static KeyHistory TwoGenerations()
    {
        var history = new KeyHistory(Key);
        history.Append(Version(2, created: 2, version: 1));
        history.Append(Version(4, created: 2, version: 2));
        history.Append(new KeyVersion(KeyHistory.Tombstone(Key, 6)));
        history.Append(Version(9, created: 9, version: 1));
        return history;
    }

    [Theory]
    [InlineData(1, null)]
    [InlineData(2, 2L)]
    [InlineData(3, 2L)]
    [InlineData(4, 4L)]
    [InlineData(5, 4L)]
    [InlineData(6, null)]
    [InlineData(8, null)]
    [InlineData(9, 9L)]
    [InlineData(100, 9L)]
    public void At_AnyRevision_FindsTheVersionOfThatTime(long revision, long? found) =>
        Assert.Equal(found, TwoGenerations().At(revision)?.ModRevision);

    [Theory]
    [InlineData(1, "2 4 6 9")]
    [InlineData(2, "2 4 6 9")]
    [InlineData(3, "2 4 6 9")]
    [InlineData(4, "4 6 9")]
    [InlineData(5, "4 6 9")]
    [InlineData(6, "9")]
    [InlineData(8, "9")]
    [InlineData(9, "9")]
    public void CompactedAt_AnyRevision_KeepsWhatLaterReadsNeed(long revision, string left)
    {
        var compacted = TwoGenerations().CompactedAt(revision);

        Assert.Equal(left, string.Join(' ', Enumerable.Range(1, 9).Where(at => Holds(compacted, at))));
        for (var at = revision; at <= 10; at++) Assert.Equal(TwoGenerations().At(at)?.Read(), compacted.At(at)?.Read());
    }

    [Fact]
    public void CompactedAt_TheTombstoneThatEndsIt_LeavesNothing()
    {
        var history = new KeyHistory(Key);
        history.Append(Version(2, created: 2, version: 1));
        history.Append(new KeyVersion(KeyHistory.Tombstone(Key, 3)));

        Assert.True(history.CompactedAt(3).IsEmpty);
        Assert.False(history.CompactedAt(2).IsEmpty);
    }

    // A version or a tombstone of exactly this revision: the answer changes there, or a put stands there.
    private static bool Holds(KeyHistory history, int revision) =>
        history.At(revision)?.ModRevision == revision || (history.At(revision) is null && history.At(revision - 1) is not null);

    private static KeyVersion Version(long revision, long created, long version) =>
        new(new KeyValue { Key = Key, ModRevision = revision, CreateRevision = created, Version = version });
}
