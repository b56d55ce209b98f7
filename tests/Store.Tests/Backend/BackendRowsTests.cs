using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Backend;
using MiniK8s.Store.Wal;

namespace MiniK8s.Store.Tests.Backend;

/// <summary>The rows of a backend beside a sorted list of them: whatever a transaction did, both say the same.</summary>
public sealed class BackendRowsTests : IDisposable
{
    private const int Keys = 40;

    private readonly TemporaryDirectory _directory = new();
    private readonly Random _random = new(21);
    private SortedList<long, BackendRow> _rows = [];
    private long _revision = 1;

    public static TheoryData<string> All => Backends.All;

    public void Dispose() => _directory.Dispose();

    [Theory]
    [MemberData(nameof(All))]
    public void Rows_AfterRandomTransactions_AreThoseOfTheModel(string kind)
    {
        var (directory, backend) = Open(kind);
        for (var turn = 0; turn < 120; turn++)
        {
            var before = new SortedList<long, BackendRow>(_rows);
            backend.Begin();
            for (var step = _random.Next(1, 6); step > 0; step--) Step(backend);
            if (_random.Next(8) == 0)
            {
                backend.Rollback();
                _rows = before;
            }
            else
            {
                backend.Commit();
            }

            Assert.Equal(_rows.Values, backend.ReadRows());
            for (var i = 0; i < 20; i++) Find(backend);
            if (turn % 20 == 19)
            {
                Close(directory, backend);
                (directory, backend) = Open(kind);
            }
        }
        Close(directory, backend);
        Assert.True(_rows.Count > 1000);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Find_WhileTransactionsRun_FindsWhatIsCommitted(string kind)
    {
        var (directory, backend) = Open(kind);
        backend.Begin();
        for (var i = 0; i < 500; i++) Insert(backend);
        backend.Commit();
        BackendRow[] committed = [.. _rows.Values.Where(row => !row.IsTombstone && row.Value.Value.Length < 1000)];

        using var done = new CancellationTokenSource();
        var finder = Busy.Run(() =>
        {
            for (var i = 0; !done.IsCancellationRequested; i = (i + 7) % committed.Length)
            {
                var found = backend.Find(committed[i].Value.Key, committed[i].Value.ModRevision);
                Assert.Equal((committed[i].Value.Key, committed[i].Value.ModRevision), (found?.Key, found?.ModRevision ?? 0));
            }
        });
        for (var turn = 0; turn < 20; turn++)
        {
            backend.Begin();
            for (var i = 0; i < 100; i++) Insert(backend);
            backend.Commit();
        }
        await done.CancelAsync();
        await finder;
        Close(directory, backend);
    }

    private void Step(IBackend backend)
    {
        switch (_random.Next(3))
        {
            case 0:
                for (var i = _random.Next(1, 150); i > 0; i--) Insert(backend);
                break;
            case 1:
                for (var i = _random.Next(1, 80); i > 0; i--) Delete(backend);
                break;
            default:
                var (from, limit) = (_rows.Count == 0 ? 1 : _rows.Keys[_random.Next(_rows.Count)] + _random.Next(-1, 2), _random.Next(1, 100));
                Assert.Equal(_rows.Values.Where(row => row.Id >= from).Take(limit).Select(Stub), backend.ReadStubs(from, limit));
                break;
        }
    }

    private void Insert(IBackend backend)
    {
        if (_random.Next(5) > 0) _revision++;       // else one more of the same revision
        var id = BackendRow.FirstId(_revision);
        if (_rows.Count > 0 && _rows.Keys[^1] >= id) id = _rows.Keys[^1] + 1;
        var row = new BackendRow(id, _random.Next(2) == 0 ? 0 : id - 1, new KeyValue
        {
            Key = Key(), Value = Value(), CreateRevision = _random.Next(100), ModRevision = _revision, Version = _random.Next(4), Lease = _random.Next(2),
        });
        backend.Insert(row, row.Checksum());
        _rows.Add(id, row);
    }

    // Mostly near one another, as a compaction has it; now and then one that is not there.
    private void Delete(IBackend backend)
    {
        if (_rows.Count == 0) return;
        var index = _random.Next(4) == 0 ? _random.Next(_rows.Count) : _random.Next(int.Min(_rows.Count, 60));
        var id = _rows.Keys[index];
        if (_random.Next(10) == 0)
        {
            Assert.Null(_rows.ContainsKey(id + 1) ? null : backend.Delete(id + 1));
            return;
        }
        Assert.Equal(_rows[id].Checksum(), backend.Delete(id));
        Assert.Null(backend.Delete(id));
        _rows.Remove(id);
    }

    private void Find(IBackend backend)
    {
        var (key, revision) = (Key(), _random.NextInt64(2, _revision + 2));
        if (_rows.Count > 0 && _random.Next(4) > 0)
        {
            var row = _rows.Values[_random.Next(_rows.Count)].Value;
            (key, revision) = (row.Key, row.ModRevision);
        }
        var expected = _rows.Values.LastOrDefault(row => row.Value.ModRevision == revision && !row.IsTombstone && row.Value.Key.Equals(key)).Value;
        Assert.Equal(expected, backend.Find(key, revision));
    }

    private ByteString Key()
    {
        var number = _random.Next(Keys);
        return number % 4 == 0 ? ByteString.CopyFrom(0xff, (byte)number) : ByteString.CopyFromUtf8($"key-{number}");
    }

    // Of every sort: none, text, bytes that are no text, and one that fills more than a document of several.
    private ByteString Value() => _random.Next(30) switch
    {
        0 => ByteString.CopyFrom(new byte[20_000]),
        < 5 => ByteString.Empty,
        < 10 => ByteString.CopyFrom([.. Enumerable.Range(0, _random.Next(1, 300)).Select(_ => (byte)_random.Next(256))]),
        _ => ByteString.CopyFromUtf8(new string('x', _random.Next(1, 300))),
    };

    private static RowStub Stub(BackendRow row) => new(row.Id, row.Value.ModRevision, row.Previous, row.IsTombstone);

    private (DataDirectory Directory, IBackend Backend) Open(string kind)
    {
        var directory = DataDirectory.Open(_directory.Path);
        return (directory, BackendFile.Open(directory, Backends.Parse(kind)));
    }

    private static void Close(DataDirectory directory, IBackend backend)
    {
        backend.Dispose();
        directory.Dispose();
    }
}
