using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.EtcdServices;
using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Tests.Mvcc;

/// <summary>A read that a compaction overtakes, after which what it was about to read is gone from the disk.</summary>
public sealed class VersionGoneTests
{
    private static readonly ByteString Key = ByteString.CopyFromUtf8("k");
    private readonly MvccStore _store = new();
    private readonly Home _home;

    public VersionGoneTests()
    {
        _home = new Home(_store);
        Apply(new PutRequest { Key = Key, Value = ByteString.CopyFromUtf8("old") });
        var version = _store.Current.View.Get(Key)!;
        version.SetHome(_home, default);
        version.Forget();
    }

    [Fact]
    public void Range_OfNow_ReadsTheNewerValue()
    {
        var answer = _store.Range(new RangeRequest { Key = Key });

        Assert.Equal("new", answer.Value!.Kvs.Single().Value.ToStringUtf8());
        Assert.Equal(3, answer.Value.Header.Revision);
    }

    [Fact]
    public void Range_OfTheOldRevision_IsToldThatItIsCompacted() =>
        Assert.Equal(EtcdErrors.Compacted, _store.Range(new RangeRequest { Key = Key, Revision = 2 }).Error);

    [Fact]
    public void Range_OfWhatWasNeverCompacted_FailsInTheEnd()
    {
        _home.IsLost = true;

        Assert.Throws<VersionGoneException>(() => _store.Range(new RangeRequest { Key = Key }));
    }

    private void Apply(IMessage request)
    {
        var batch = _store.Stage();
        batch.Apply(request);
        _store.Publish(batch);
    }

    // The read has just looked the version up when another put and a compaction come in between.
    private sealed class Home(MvccStore store) : IVersionHome
    {
        public bool IsLost { get; set; }

        public ISettledVersions? Settled => null;

        public KeyValue Read(ByteString key, long revision, VersionPlace place)
        {
            if (IsLost) throw new VersionGoneException("lost");
            var batch = store.Stage();
            batch.Apply(new PutRequest { Key = Key, Value = ByteString.CopyFromUtf8("new") });
            batch.Apply(new CompactionRequest { Revision = 3 });
            store.Publish(batch);
            throw new VersionGoneException("compacted");
        }
    }
}
