using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Tests.Mvcc;

/// <summary>Histories whose older versions shrink to revisions as the backend takes them over: they must answer as those that keep all.</summary>
public sealed class SettledHistoryTests
{
    private static readonly ByteString Key = ByteString.CopyFromUtf8("k");
    private readonly Backend _backend = new();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void AnyRead_OfAHistoryThatSettlesMeanwhile_IsThatOfOneThatNeverDoes(int seed)
    {
        var random = new Random(seed);
        var (settling, keeping) = (new KeyHistory(Key), new KeyHistory(Key));
        var (revision, compacted, created) = (1L, 0L, 0L);
        for (var step = 0; step < 400; step++)
        {
            revision += random.Next(1, 3);
            created = created == 0 ? revision : random.Next(4) == 0 ? 0 : created;
            Append(settling, keeping, revision, created);
            if (created > 0 && random.Next(10) == 0) Append(settling, keeping, revision, created = 0);       // put and deleted by one revision
            if (random.Next(5) == 0) _backend.Taken = revision - random.Next(20);
            if (random.Next(40) == 0)
            {
                (settling, keeping) = (settling.CompactedAt(revision - 15), keeping.CompactedAt(revision - 15));
                _backend.Remove(before: compacted = revision - 15, keep: keeping.At(revision - 15)?.ModRevision);
            }

            Assert.Equal(keeping.IsEmpty, settling.IsEmpty);
            for (var at = long.Max(1, compacted); at <= revision + 1; at++)
            {
                Assert.Equal(keeping.At(at)?.Read(), settling.At(at)?.Read());
                Assert.Equal(keeping.ExistsAt(at), settling.ExistsAt(at));
                if (at < revision - 60) at += 7;        // the newest all, the older ones here and there
            }
            var from = random.NextInt64(compacted, revision + 2);
            Assert.Equal(keeping.Between(from, revision).Select(one => one.Read()), settling.Between(from, revision).Select(one => one.Read()));
        }
        Assert.InRange(_backend.Finds, 100, int.MaxValue);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(40)]
    public void ForgetAfter_AppendsThatWereNeverPublished_LeavesWhatWasThereBefore(int before)
    {
        var (history, expected) = (new KeyHistory(Key), new KeyHistory(Key));
        for (var revision = 1; revision <= before; revision++) Append(history, expected, revision, created: 1);
        _backend.Taken = before;                        // also the one that was the newest
        var unpublished = new KeyHistory(Key);
        for (var revision = before + 1; revision <= before + 20; revision++) Append(history, unpublished, revision, created: 1);

        history.ForgetAfter(before);

        Assert.Equal(before == 0, history.IsEmpty);
        for (var round = 0; round < 3; round++)         // and it goes on from there
        {
            for (var at = 0; at <= before + 21; at++) Assert.Equal(expected.At(at)?.Read(), history.At(at)?.Read());
            Assert.Equal(expected.Between(0, 100).Select(one => one.ModRevision), history.Between(0, 100).Select(one => one.ModRevision));
            Append(history, expected, before + 1 + round, created: 1);
        }
    }

    [Fact]
    public void Of_EachChangeOfOneRevision_FindsThePutAndTheTombstone()
    {
        var (history, same) = (new KeyHistory(Key), new KeyHistory(Key));
        _backend.Taken = 20;
        for (var revision = 1; revision <= 30; revision++)
        {
            Append(history, same, revision, created: revision);
            Append(history, same, revision, created: 0);
        }

        for (var revision = 1; revision <= 30; revision++)
        {
            Assert.Equal(revision, history.Of(revision, isTombstone: false).CreateRevision);
            Assert.True(history.Of(revision, isTombstone: true).IsTombstone);
        }
        Assert.InRange(_backend.Finds, 15, 30);
    }

    [Fact]
    public async Task At_WhileTheWriterAppendsAndFolds_FindsEachRevisionsVersion()
    {
        const int Last = 50_000;
        var history = new KeyHistory(Key);
        var published = 0L;
        _backend.Taken = long.MaxValue;
        var reader = Busy.Run(() =>
        {
            var random = new Random(1);
            while (Volatile.Read(ref published) is var newest && newest < Last)
            {
                var at = newest - random.NextInt64(long.Min(newest, 12) + 1);
                if (at > 0) Assert.Equal(at, history.At(at)!.ModRevision);
            }
        });
        for (var revision = 1; revision <= Last; revision++)
        {
            history.Append(_backend.Version(revision, created: 1));
            Volatile.Write(ref published, revision);
        }
        await reader;
    }

    private void Append(KeyHistory settling, KeyHistory keeping, long revision, long created)
    {
        settling.Append(_backend.Version(revision, created));
        keeping.Append(new KeyVersion(Backend.Value(revision, created)));
    }

    private sealed class Backend : IVersionHome, ISettledVersions
    {
        private readonly System.Collections.Concurrent.ConcurrentDictionary<long, KeyValue> _rows = [];

        public int Finds { get; private set; }

        public long Taken { get; set; }

        public static KeyValue Value(long revision, long created) =>
            new() { Key = Key, ModRevision = revision, CreateRevision = created, Version = created == 0 ? 0 : revision - created + 1 };

        public KeyVersion Version(long revision, long created)
        {
            var value = Value(revision, created);
            if (created > 0) _rows[revision] = value;
            var version = new KeyVersion(value);
            version.SetHome(new Segment(this, revision), default);
            return version;
        }

        public void Remove(long before, long? keep)
        {
            foreach (var row in _rows.Keys.Where(row => row < before && row != keep)) _rows.Remove(row, out _);
        }

        public ISettledVersions Settled => this;

        public KeyVersion Find(ByteString key, long revision)
        {
            Finds++;
            return _rows.TryGetValue(revision, out var row) ? new KeyVersion(row) : throw new VersionGoneException("gone");
        }

        public KeyValue Read(ByteString key, long revision, VersionPlace place) => throw new NotSupportedException();

        // A version's home is settled once the backend has taken its revision.
        private sealed class Segment(Backend backend, long revision) : IVersionHome
        {
            public ISettledVersions? Settled => revision <= backend.Taken ? backend : null;

            public KeyValue Read(ByteString key, long revision, VersionPlace place) => backend._rows[revision];
        }
    }
}
