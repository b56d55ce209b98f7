using System.Diagnostics;

using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Tests.Wal;

using Xunit.Abstractions;

namespace MiniK8s.Store.Tests.Processes;

/// <summary>What it costs the real process to serve data it finds, and what memory it needs then.</summary>
public sealed class SettledRestartTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(256)]
    [InlineData(2048)]
    public async Task Start_OnAHundredThousandObjects_ServesSoonAndInLittleMemory(int size)
    {
        const int objects = 100_000;
        using var directory = new TemporaryDirectory();
        Write(directory.File("data"), objects, size);

        var clock = Stopwatch.StartNew();
        await using var store = await ServerProcess.StartStoreAsync(directory.File("data"));
        var all = await store.Kv.RangeAsync(new RangeRequest { Key = Bytes("/"), RangeEnd = Bytes("0"), CountOnly = true });
        var (served, cpu, resident) = (clock.Elapsed, store.Cpu, store.ResidentBytes >> 20);

        var last = await store.Kv.RangeAsync(new RangeRequest { Key = Key(objects - 1) });
        var first = await store.Kv.RangeAsync(new RangeRequest { Key = Key(0) });
        output.WriteLine($"{objects} objects of {size} B: serves after {served.TotalMilliseconds:F0} ms, {cpu.TotalMilliseconds:F0} ms of CPU, {resident} MiB resident");
        Assert.Equal((objects, objects + 1), (all.Count, all.Header.Revision));
        Assert.Equal((size, size), (first.Kvs[0].Value.Length, last.Kvs[0].Value.Length));
        Assert.InRange(resident, 1, 400);
        Assert.InRange(cpu, TimeSpan.Zero, TimeSpan.FromSeconds(8));       // two processors at work; 3 s by the clock where nothing else runs
    }

    private static void Write(string path, int objects, int size)
    {
        using var open = new OpenStore(path, new StoreOptions { Fsync = FsyncMode.Off, SegmentBytes = 16 << 20 });
        var (random, value) = (new Random(1), new byte[size]);
        for (var i = 0; i < objects; i += 100)
        {
            open.Commit([.. Enumerable.Range(i, 100).Select(number =>
            {
                random.NextBytes(value);
                return (IMessage)new PutRequest { Key = Key(number), Value = ByteString.CopyFrom(value) };
            })]);
        }
        open.Settle();
    }

    private static ByteString Key(int number) => Bytes($"/registry/pods/default/pod-{number:D6}");

    private static ByteString Bytes(string text) => ByteString.CopyFromUtf8(text);
}
