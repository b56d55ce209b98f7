using System.Runtime.CompilerServices;

using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Tests.Mvcc;

public sealed class RevisionHistoryTests
{
    private readonly Dictionary<string, KeyHistory> _keys = [];
    private readonly Dictionary<long, string[]> _expected = [];       // the keys that each revision changed
    private RevisionHistory _history = RevisionHistory.After(1);

    [Theory]
    [InlineData(10)]            // few keys in many windows
    [InlineData(1 << 20)]       // each a new one: as many entries as a window can have
    public void With_MoreRevisionsThanAWindowHolds_FindsEachOnesKey(int keys)
    {
        for (var i = 0; i < (2 * RevisionWindow.Size) + 100; i++) Add($"k{i % keys}");

        AssertAll();
    }

    [Fact]
    public void Indexer_RevisionOfSeveralKeys_GivesThemInOrder()
    {
        Add("b", "a", "c");
        Add("a");

        Assert.Equal(["b", "a", "c"], Names(2));
        Assert.Equal(["a"], Names(3));
        Assert.All(_history[2], change => Assert.Equal((2, false), (change.Revision, change.IsTombstone)));
    }

    [Fact]
    public void Indexer_RevisionThatIsNotThere_Throws()
    {
        Add("a");
        Add("a");

        Assert.Throws<ArgumentOutOfRangeException>(() => _history[1]);
        Assert.Throws<ArgumentOutOfRangeException>(() => _history[4]);
        Assert.Throws<ArgumentOutOfRangeException>(() => _history.From(3)[2]);
    }

    // The writer took a batch back: what it wrote there is written over, and nobody saw it.
    [Theory]
    [InlineData(10, 3, 7)]
    [InlineData(RevisionWindow.Size - 2, 10, 7)]             // it had filled the window's slots
    [InlineData(RevisionWindow.Size - 20, 10, 1 << 20)]      // or its entries
    public void With_AfterRevisionsWereTakenBack_WritesThemAnew(int before, int takenBack, int keys)
    {
        for (var i = 0; i < before; i++) Add($"k{i % keys}");
        var kept = _history;
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < takenBack; i++) Add($"gone-{round}-{i}", "k1");
            foreach (var gone in _expected.Keys.Where(revision => revision > kept.Last).ToList()) _expected.Remove(gone);
            _history = kept;
        }
        for (var i = 0; i < 2 * takenBack; i++) Add($"new-{i}");

        AssertAll();
    }

    [Fact]
    public void From_AnyRevision_LeavesWhatCameAfterAndTheOlderViewAsItWas()
    {
        var random = new Random(1);
        for (var i = 0; i < RevisionWindow.Size + 500; i++) Add(random.Next(10) == 0 ? [$"k{i % 900}", "other"] : [$"k{random.Next(900)}"]);
        foreach (var cut in new long[] { 2, 3, 1000, RevisionWindow.Size, RevisionWindow.Size + 1, RevisionWindow.Size + 2, RevisionWindow.Size + 3, RevisionWindow.Size + 501 })
        {
            var (before, first) = (_history, _history.First);
            _history = _history.From(cut);
            Assert.Equal(cut, _history.First);
            AssertAll();
            Assert.Equal(_expected[first], Names(first, before));

            Add("k1");
            Add($"new-{cut}");
            AssertAll();
        }

        Assert.Equal((_history.Last + 11, _history.Last + 10), (_history.From(_history.Last + 11).First, _history.From(_history.Last + 11).Last));
    }

    [Fact]
    public void From_KeyThatOnlyEarlierRevisionsChanged_IsLetGoOf()
    {
        var gone = AddWeak("gone");
        for (var i = 0; i < 10; i++) Add("kept");

        _history = _history.From(3);
        (_keys["gone"], _expected[2]) = (new KeyHistory(ByteString.Empty), []);
        GC.Collect();

        Assert.False(gone.TryGetTarget(out _));
        Assert.Equal(["kept"], Names(3));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference<KeyHistory> AddWeak(string key)
    {
        Add(key);
        return new WeakReference<KeyHistory>(_keys[key]);
    }

    private void Add(params string[] keys)
    {
        var revision = _history.Last + 1;
        _history = _history.With([.. keys.Select(key => new Change(HistoryOf(key), revision, false))]);
        _expected[revision] = keys;
    }

    // Of each key only is asked whether it exists.
    private KeyHistory HistoryOf(string key)
    {
        if (_keys.TryGetValue(key, out var known)) return known;
        var history = _keys[key] = new KeyHistory(ByteString.CopyFromUtf8(key));
        history.Append(new KeyVersion(new KeyValue { Key = history.Key, CreateRevision = 1, ModRevision = 1, Version = 1 }));
        return history;
    }

    private void AssertAll()
    {
        for (var revision = _history.First; revision <= _history.Last; revision++)
        {
            if (!_expected[revision].SequenceEqual(Names(revision))) Assert.Fail($"revision {revision} changed {string.Join(", ", _expected[revision])}, found {string.Join(", ", Names(revision))}");
        }
    }

    private IEnumerable<string> Names(long revision, RevisionHistory? history = null) => (history ?? _history)[revision].Select(change => change.Key.ToStringUtf8());
}
