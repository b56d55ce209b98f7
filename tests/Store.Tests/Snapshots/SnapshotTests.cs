using System.Security.Cryptography;

using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Maintenance;
using MiniK8s.Store.Mvcc;
using MiniK8s.Store.Snapshots;
using MiniK8s.Store.Tests.Maintenance;

namespace MiniK8s.Store.Tests.Snapshots;

public sealed class SnapshotTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(41, 1500)]
    [InlineData(42, 1500)]
    [InlineData(43, 5)]         // hardly ever compacted
    public void Read_OfWhatWasWritten_GivesHistoryLeasesAndAlarms(int seed, int steps)
    {
        var before = StoreHashTests.RandomStore(seed, steps).Store.Current;

        var after = Read(Write(before));

        Assert.Equal((before.Revision, before.CompactRevision), (after.Revision, after.CompactRevision));
        Assert.Equal(StoreHash.OfEverything(before), StoreHash.OfEverything(after));
        Assert.Equal(Events(before), Events(after));
        Assert.Equal(before.Alarms, after.Alarms);
        Assert.Equal(Leases(before), Leases(after));
        Assert.NotEmpty(before.Alarms);
    }

    [Fact]
    public void Read_OfAnEmptyStore_IsEmpty()
    {
        var after = Read(Write(MvccSnapshot.Empty));

        Assert.Equal((1, -1, 0), (after.Revision, after.CompactRevision, after.Tree.Count));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    public void Read_OfAStoreCompactedAtItsNewestRevision_KeepsIt(int puts)
    {
        var store = new MvccStore();
        for (var i = 1; i < puts; i++) StoreHashTests.Commit(store, new PutRequest { Key = ByteString.CopyFromUtf8($"k{i % 3}") });
        StoreHashTests.Commit(store, new CompactionRequest { Revision = puts });

        var after = Read(Write(store.Current));

        Assert.Equal((puts, puts), (after.Revision, after.CompactRevision));
        Assert.Equal(StoreHash.OfEverything(store.Current), StoreHash.OfEverything(after));
        Assert.Equal(Events(store.Current), Events(after));
    }

    [Fact]
    public void Write_SameStateTwice_GivesTheSameBytesOfTheLengthPromised()
    {
        var state = StoreHashTests.RandomStore(44, steps: 300).Store.Current;

        Assert.Equal(Bytes(state), Bytes(state));
        Assert.Equal(SnapshotWriter.LengthOf(state), Bytes(state).Length);
        Assert.Equal(0, Bytes(state).Length % 512);
    }

    [Fact]
    public void Write_WhileTheStoreGoesOn_IsOfTheMomentItBegan()
    {
        var (store, _) = StoreHashTests.RandomStore(45, steps: 600);
        var (state, hash) = (store.Current, StoreHash.OfEverything(store.Current));
        var bytes = new List<byte>();
        var random = new Random(1);
        foreach (var piece in new SnapshotWriter(state).Pieces())
        {
            bytes.AddRange(piece.Span);
            StoreHashTests.Commit(store, new PutRequest { Key = ByteString.CopyFromUtf8($"{(char)random.Next('a', 'f')}") });
            StoreHashTests.Commit(store, new CompactionRequest { Revision = store.Current.Revision });
        }

        Assert.Equal(hash, StoreHash.OfEverything(Read(Save([.. bytes, .. SHA256.HashData([.. bytes])]))));
    }

    [Fact]
    public void Open_ADamagedFile_IsRefusedWhereverTheDamageIs()
    {
        var file = Write(StoreHashTests.RandomStore(46, steps: 40).Store.Current);
        var whole = File.ReadAllBytes(file);
        for (var offset = 0; offset < whole.Length; offset += 7)
        {
            var damaged = (byte[])whole.Clone();
            damaged[offset] ^= 0x10;
            File.WriteAllBytes(file, damaged);
            Assert.StartsWith(file, Assert.Throws<InvalidDataException>(() => SnapshotReader.Open(file).Dispose()).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(0, "is not a snapshot of this store")]
    [InlineData(10, "is not a snapshot of this store")]
    [InlineData(512, "is not whole")]
    [InlineData(544, "does not match the checksum")]
    public void Open_ACutFile_IsRefused(int length, string why)
    {
        var file = Write(StoreHashTests.RandomStore(47, steps: 40).Store.Current);
        File.WriteAllBytes(file, File.ReadAllBytes(file)[..length]);

        Assert.Contains(why, Assert.Throws<InvalidDataException>(() => SnapshotReader.Open(file).Dispose()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_ASnapshotOfARealEtcd_SaysHowToBringItsKeysHere()
    {
        var bolt = new byte[4096];
        BitConverter.TryWriteBytes(bolt.AsSpan(16), 0xED0CDAED);

        var message = Assert.Throws<InvalidDataException>(() => SnapshotReader.Open(Save(bolt)).Dispose()).Message;

        Assert.Contains("is a snapshot of a real etcd", message, StringComparison.Ordinal);
        Assert.Contains("make-mirror", message, StringComparison.Ordinal);
    }

    private static byte[] Bytes(MvccSnapshot state) => [.. new SnapshotWriter(state).Pieces().SelectMany(piece => piece.ToArray())];

    private static List<(long Id, long Ttl, string Keys)> Leases(MvccSnapshot state) =>
        [.. state.Leases.All.OrderBy(lease => lease.Id).Select(lease => (lease.Id, lease.Ttl, string.Join(' ', lease.Keys.Select(key => key.ToStringUtf8()))))];

    private static List<KeyValue> Events(MvccSnapshot state)
    {
        var events = new List<KeyValue>();
        for (var revision = state.History.First; revision <= state.History.Last; revision++) events.AddRange(state.ChangesAt(revision).Select(change => change.Read()));
        return events;
    }

    private string Write(MvccSnapshot state)
    {
        var bytes = Bytes(state);
        return Save([.. bytes, .. SHA256.HashData(bytes)]);
    }

    private string Save(byte[] bytes)
    {
        var file = _directory.File("a.snapshot");
        File.WriteAllBytes(file, bytes);
        return file;
    }

    private static MvccSnapshot Read(string file)
    {
        using var reader = SnapshotReader.Open(file);
        var store = new MvccStore();
        store.Restore(MvccSnapshot.Empty, reader.Entries());
        return store.Current;
    }
}
