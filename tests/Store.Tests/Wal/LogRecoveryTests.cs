using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Mvcc;
using MiniK8s.Store.Tests.Backend;
using MiniK8s.Store.Tests.Mvcc;
using MiniK8s.Store.Wal;

namespace MiniK8s.Store.Tests.Wal;

public sealed class LogRecoveryTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly StoreOptions _options = new() { Fsync = FsyncMode.Off };

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Recover_AfterRandomWritesAndCompactions_GivesTheSameStore()
    {
        _options.SegmentBytes = 5_000;      // several segments
        var before = WriteAtRandom(writes: 2000);

        using (var after = Open()) SnapshotAssert.Same(before, after.Store.Current);
        Assert.InRange(Directory.GetFiles(_directory.Path, "log-*").Length, 3, 100);
    }

    [Fact]
    public void Open_DirectoryInUse_IsRefused()
    {
        using var open = Open();

        Assert.Contains("in use by another store", Assert.Throws<IOException>(() => DataDirectory.Open(_directory.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Recover_AHundredThousandRevisions_FindsThemAll()
    {
        using (var open = Open())
        {
            var value = ByteString.CopyFrom(new byte[256]);
            for (var i = 0; i < 1000; i++)
            {
                var requests = Enumerable.Range(0, 100).Select(j => (IMessage)new PutRequest { Key = Bytes($"/registry/pods/default/p{(i * 100 + j) % 5000}"), Value = value });
                open.Commit(requests.ToArray());
            }
        }

        // What it may cost is said of a process that does nothing else: see RestartTests.
        Assert.Equal(100_001, Recover().Revision);
    }

    private OpenStore Open() => new(_directory.Path, _options);

    private MvccSnapshot Recover()
    {
        using var open = Open();
        return open.Store.Current;
    }

    private StateImage WriteAtRandom(int writes)
    {
        using var open = Open();
        var random = new Random(3);
        var requests = new RandomRequests(random);
        for (var i = 1; i <= writes; i++)
        {
            var revision = open.Store.Current.Revision;
            var request = random.Next(40) == 0 ? requests.Compaction(revision) : requests.Write(revision);
            if (request is TxnRequest txn && RequestChecks.Check(txn, 128) is not null) continue;
            open.Commit(request);
        }
        return StateImage.Of(open.Store.Current);
    }

    private static ByteString Bytes(string text) => ByteString.CopyFromUtf8(text);
}
