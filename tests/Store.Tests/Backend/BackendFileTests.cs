using MiniK8s.Store.Backend;
using MiniK8s.Store.Mvcc;
using MiniK8s.Store.Tests.Wal;
using MiniK8s.Store.Wal;

namespace MiniK8s.Store.Tests.Backend;

/// <summary>Which backend a directory is opened with, and what an empty one starts from.</summary>
public sealed class BackendFileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly StoreOptions _options = new() { Fsync = FsyncMode.Off, SegmentBytes = 800 };

    public static TheoryData<string> All => Backends.All;

    public void Dispose() => _directory.Dispose();

    [Theory]
    [MemberData(nameof(All))]
    public void Open_Auto_TakesTheBackendThatIsThere(string backend)
    {
        _options.Backend = Backends.Parse(backend);
        using (var open = new OpenStore(_directory.Path, _options)) open.Put("k", "v");

        _options.Backend = BackendKind.Auto;
        using var again = new OpenStore(_directory.Path, _options);

        Assert.Equal(backend, again.Backend.Name, ignoreCase: true);
        Assert.Equal(2, again.Store.Current.Revision);
    }

    [Theory]
    [InlineData("backend.sqlite", "Litedb", "holds backend.sqlite: start with --backend sqlite")]
    [InlineData("backend.litedb", "Sqlite", "holds backend.litedb: start with --backend litedb")]
    public void Open_TheOtherBackendsDirectory_IsRefused(string held, string wanted, string message)
    {
        File.WriteAllBytes(_directory.File(held), []);
        _options.Backend = Backends.Parse(wanted);

        Assert.Contains(message, Assert.Throws<InvalidDataException>(() => new OpenStore(_directory.Path, _options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_TwoBackends_IsRefused()
    {
        File.WriteAllBytes(_directory.File("backend.sqlite"), []);
        File.WriteAllBytes(_directory.File("backend.litedb"), []);

        Assert.Contains("holds two backends", Assert.Throws<InvalidDataException>(() => new OpenStore(_directory.Path, _options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_BackendThatIsNotBuiltIn_SaysSo()
    {
        if (BackendFile.Available.Contains(BackendKind.Litedb)) return;
        _options.Backend = BackendKind.Litedb;

        Assert.Contains("built without Litedb", Assert.Throws<InvalidDataException>(() => new OpenStore(_directory.Path, _options)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Open_StateFileAndNothingElse_StartsFromItAndRemovesIt(string backend)
    {
        _options.Backend = Backends.Parse(backend);
        StateImage before;
        using (var other = new TemporaryDirectory())
        {
            using var open = new OpenStore(other.Path, _options);
            new RandomHistory(new Random(12)).Write(open, 500);
            open.Compact(open.Store.Current.Revision);
            before = StateImage.Of(open.Store.Current with { Alarms = [] });
            using var directory = DataDirectory.Open(_directory.Path);
            StateFile.Write(directory, open.Store.Current);
        }

        foreach (var start in (string[])["first", "second"])
        {
            using var open = new OpenStore(_directory.Path, _options);
            SnapshotAssert.Same(before, open.Store.Current);
            Assert.False(Directory.GetFiles(_directory.Path, "state-*").Length > 0, start);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Open_StateFileDamaged_Refuses(string backend)
    {
        _options.Backend = Backends.Parse(backend);
        using (var directory = DataDirectory.Open(_directory.Path)) StateFile.Write(directory, MvccSnapshot.Empty with { CompactRevision = 1 });
        var state = Assert.Single(Directory.GetFiles(_directory.Path, "state-*"));
        var bytes = File.ReadAllBytes(state);
        bytes[bytes.Length / 2] ^= 4;
        File.WriteAllBytes(state, bytes);

        Assert.StartsWith($"{state} is damaged", Assert.Throws<InvalidDataException>(() => new OpenStore(_directory.Path, _options)).Message, StringComparison.Ordinal);
    }
}
