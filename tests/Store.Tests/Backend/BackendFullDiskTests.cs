using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Backend;
using MiniK8s.Store.Mvcc;
using MiniK8s.Store.Tests.Processes;
using MiniK8s.Store.Wal;

namespace MiniK8s.Store.Tests.Backend;

/// <summary>A backend on a disk that is really full: whatever write the disk refuses, what was committed is there, and once there is room it goes on.</summary>
public sealed class BackendFullDiskTests
{
    private const int Keys = 40;
    private const int Before = 60 * 4096;       // room left at first; less each time, so that another write is the one refused

    [TmpfsFact]
    public void Settle_DiskFullAtAnyWrite_ServesWhatIsThereAndGoesOnWithRoom()
    {
        foreach (var kind in BackendFile.Available)
        {
            var refused = 0;
            for (var room = Before; room >= 0; room -= 2 * 4096) refused += Run(kind, room);
            Assert.InRange(refused, 10, 31);
        }
    }

    // Gives 1 when the disk refused the second transaction.
    private static int Run(BackendKind kind, int room)
    {
        using var disk = new SmallDisk(2);
        using var directory = DataDirectory.Open(disk.Root);
        var refused = 0;
        BackendMeta whole;
        using (var backend = BackendFile.Open(directory, kind))
        {
            var settlement = Add(new Settlement(backend, BackendMeta.Empty, []), first: 2);
            disk.Fill(leave: room);
            if (Record.Exception(() => Add(settlement, first: Keys + 2)) is { } exception)
            {
                Assert.IsAssignableFrom<IOException>(exception);
                refused = 1;
                backend.Rollback();
                GC.Collect();
                GC.WaitForPendingFinalizers();      // the engine's own must not throw
                var full = new BackendReader(backend).Entries().Count();
                disk.Free();

                var reader = new BackendReader(backend);
                Assert.Equal(full, reader.Entries().Count());
                Assert.Contains(full, (int[])[Keys, 2 * Keys]);      // refused late, it may be there all the same
                Add(new Settlement(backend, reader.Meta, reader.TakeNewest()), first: Keys + 2);
            }
            whole = backend.ReadMeta()!.Value;
            CheckFound(backend);
        }

        using var again = BackendFile.Open(directory, kind);
        Assert.Equal(whole, again.ReadMeta());
        Assert.Equal(2 * Keys, new BackendReader(again).Entries().OfType<RevisionEntry>().Count());
        CheckFound(again);
        return refused;
    }

    private static void CheckFound(IBackend backend)
    {
        for (var revision = 2; revision < (2 * Keys) + 2; revision++) Assert.Equal(Value(revision), backend.Find(Value(revision).Key, revision));
    }

    private static Settlement Add(Settlement settlement, int first)
    {
        settlement.Begin();
        for (var revision = first; revision < first + Keys; revision++) settlement.Apply(new RevisionEntry(revision, [new StoredEvent(new KeyVersion(Value(revision)), null)]));
        settlement.Commit(1, first);
        return settlement;
    }

    private static KeyValue Value(long revision) => new()
    {
        Key = ByteString.CopyFromUtf8($"k{revision}"),
        Value = ByteString.CopyFrom(Enumerable.Repeat((byte)revision, 3000).ToArray()),
        CreateRevision = revision,
        ModRevision = revision,
        Version = 1,
    };
}
