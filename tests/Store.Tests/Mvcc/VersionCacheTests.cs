using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Tests.Mvcc;

public sealed class VersionCacheTests
{
    [Fact]
    public void Add_BeyondTheBudget_ForgetsTheOldestFirst()
    {
        var home = new Home();
        var cache = new VersionCache(2 * (100 + 128));
        KeyVersion[] versions = [.. Enumerable.Range(1, 3).Select(revision => home.Take(revision, length: 100))];

        foreach (var version in versions) cache.Add(version);
        foreach (var version in versions) Assert.Equal(version.ModRevision, version.Read().ModRevision);

        Assert.Equal([1L], home.Reads);
        Assert.Equal(2 * (100 + 128), cache.Bytes);
    }

    [Fact]
    public void Forget_WithoutAHome_KeepsTheValue()
    {
        var version = new KeyVersion(new KeyValue { Version = 1, ModRevision = 7 });

        Assert.False(version.Forget());
        Assert.Equal(7, version.Read().ModRevision);
    }

    [Fact]
    public void Read_AForgottenDeletion_NeedsNoHome()
    {
        var home = new Home();
        var version = new KeyVersion(KeyHistory.Tombstone(ByteString.CopyFromUtf8("k"), 9));
        version.SetHome(home, default);

        Assert.True(version.Forget());

        Assert.Equal(KeyHistory.Tombstone(ByteString.CopyFromUtf8("k"), 9), version.Read());
        Assert.Empty(home.Reads);
    }

    private sealed class Home : IVersionHome
    {
        public List<long> Reads { get; } = [];

        public KeyVersion Take(long revision, int length)
        {
            var version = new KeyVersion(new KeyValue { Version = 1, ModRevision = revision });
            version.SetHome(this, new VersionPlace(0, length, 0));
            return version;
        }

        public ISettledVersions? Settled => null;

        public KeyValue Read(ByteString key, long revision, VersionPlace place)
        {
            Reads.Add(revision);
            return new KeyValue { Version = 1, ModRevision = revision };
        }
    }
}
