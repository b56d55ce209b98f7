using MiniK8s.Store.Tests.Wal;

namespace MiniK8s.Store.Tests.Backend;

/// <summary>A backend's file that is no longer as it was written: either nothing depends on what changed, or the store does not start.</summary>
public sealed class BackendDamageTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly StoreOptions _options = new() { Fsync = FsyncMode.Off, SegmentBytes = 800, SettledSegments = 0 };

    public static TheoryData<string> All => Backends.All;

    public void Dispose() => _directory.Dispose();

    [Theory]
    [MemberData(nameof(All))]
    public void Open_AnyBitFlipped_RefusesOrHoldsEverything(string backend)
    {
        var (file, whole, before) = Write(backend);
        var random = new Random(3);
        var refused = 0;
        for (var i = 0; i < 200; i++)
        {
            var damaged = (byte[])whole.Clone();
            damaged[random.Next(whole.Length)] ^= (byte)(1 << random.Next(8));
            if (IsRefused(file, damaged, before)) refused++;
        }
        Assert.InRange(refused, 1, 200);      // most of LiteDB's pages are empty space
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Open_CutAnywhere_RefusesOrHoldsEverything(string backend)
    {
        var (file, whole, before) = Write(backend);
        var random = new Random(4);
        var refused = 0;
        for (var i = 0; i < 60; i++)
        {
            if (IsRefused(file, whole[..random.Next(whole.Length)], before)) refused++;
        }
        Assert.InRange(refused, 55, 60);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Open_FileGone_RefusesSinceTheLogDoesNotBeginAtItsStart(string backend)
    {
        var (file, _, _) = Write(backend);
        File.Delete(file);

        Assert.Contains("is missing in", Assert.Throws<InvalidDataException>(() => new OpenStore(_directory.Path, _options)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Open_OlderCopyOfTheFile_RefusesSinceSegmentsAreMissing(string backend)
    {
        var (file, old, _) = Write(backend);
        Write(backend);
        File.WriteAllBytes(file, old);

        Assert.Contains("is missing in", Assert.Throws<InvalidDataException>(() => new OpenStore(_directory.Path, _options)).Message, StringComparison.Ordinal);
    }

    private bool IsRefused(string file, byte[] content, StateImage before)
    {
        foreach (var beside in Directory.GetFiles(_directory.Path, Path.GetFileName(file) + "-*")) File.Delete(beside);
        File.WriteAllBytes(file, content);
        try
        {
            using var open = new OpenStore(_directory.Path, _options);
            SnapshotAssert.Same(before, open.Store.Current);
            return false;
        }
        catch (InvalidDataException ex)
        {
            // An empty file is a new backend, and then it is the log's beginning that is missing.
            Assert.True(ex.Message.StartsWith($"{file} is damaged: ", StringComparison.Ordinal) || ex.Message.Contains("is missing in", StringComparison.Ordinal), ex.Message);
            return true;
        }
    }

    private (string File, byte[] Content, StateImage State) Write(string backend)
    {
        _options.Backend = Backends.Parse(backend);
        using var open = new OpenStore(_directory.Path, _options);
        new RandomHistory(new Random(9)).Write(open, 400);
        open.Settle();
        var (file, state) = (open.Backend.File, StateImage.Of(open.Store.Current));
        open.Dispose();
        return (file, File.ReadAllBytes(file), state);
    }
}
