using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Tests.Wal;
using MiniK8s.Store.Wal;

namespace MiniK8s.Store.Tests.Backend;

/// <summary>Segments that stay though the backend has what they say: read while they are there, and the first to go when room is short.</summary>
public sealed class SettledSegmentsTests : IDisposable
{
    private const int Keys = 12;        // a value each fills two thirds of a segment
    private readonly TemporaryDirectory _directory = new();
    private readonly CountingFiles _files = new();
    private readonly StoreOptions _options = new() { Fsync = FsyncMode.Off, SegmentBytes = 4096, SettledSegments = 2 };

    private string[] Segments => [.. Directory.GetFiles(_directory.Path, "log-*").Order(StringComparer.Ordinal)];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Settle_ManySegments_TheLastTwoStayAndEveryValueIsRead()
    {
        using var open = Open();

        open.Settle();

        Assert.Equal([Keys - 2, Keys - 1], open.Log.SealedSegments().Select(segment => segment.Number));
        Assert.Equal(3, Segments.Length);
        AssertValues(open);
        foreach (var segment in Segments[..2]) File.WriteAllBytes(segment, []);      // whoever reads them from there notices
        var damage = Assert.Throws<InvalidDataException>(() => AssertValues(open));
        Assert.Contains(Segments[0], damage.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Settle_AfterARestart_TheBackendIsReadAndTheOldOnesGoInTurn()
    {
        using (var before = Open()) before.Settle();

        using var open = new OpenStore(_directory.Path, _options, _files);
        AssertValues(open);
        Assert.Equal(3, Segments.Length);
        for (var i = 0; i < 4; i++) open.Put("more", new string('x', 3000));
        open.Settle();

        Assert.Equal(3, Segments.Length);
        AssertValues(open);
    }

    [Fact]
    public void Append_NoRoomForASegment_GivesUpTheSettledOnes()
    {
        using var open = Open();
        open.Settle();
        _files.IsFull = true;

        Assert.Throws<LogFullException>(() => open.Put("late", new string('x', 3000)));

        Assert.Single(Segments);
        AssertValues(open);
        _files.IsFull = false;
        open.Put("late", new string('x', 3000));
    }

    [Fact]
    public void Settle_DiskRefuses_DropsNothingThatIsNotSettled()
    {
        using var open = Open();
        using var failing = new FailingBackend(open.Backend, 3);
        using var settler = open.NewSettler(failing);

        Assert.Throws<IOException>(() => settler.SettleAll(CancellationToken.None));
        open.Log.DropAllSettled();

        AssertValues(open);
        Assert.InRange(Segments.Length, 2, Keys);
    }

    private OpenStore Open()
    {
        var open = new OpenStore(_directory.Path, _options, _files);
        for (var i = 0; i < Keys; i++) open.Put($"k{i}", Value(i));
        return open;
    }

    private static string Value(int key) => $"{key}: {new string('v', 2800)}";

    private static void AssertValues(OpenStore open)
    {
        for (var i = 0; i < Keys; i++)
        {
            var answer = open.Store.Range(new RangeRequest { Key = ByteString.CopyFromUtf8($"k{i}") });
            Assert.Equal(Value(i), Assert.Single(answer.Value!.Kvs).Value.ToStringUtf8());
        }
    }
}
