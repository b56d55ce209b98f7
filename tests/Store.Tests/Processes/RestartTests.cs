using System.Diagnostics;
using System.Globalization;

using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Tests.Wal;

using Xunit.Abstractions;

namespace MiniK8s.Store.Tests.Processes;

/// <summary>The real process, started on data of some size, and what it counts.</summary>
public sealed class RestartTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Start_AHundredThousandRevisions_ServesThemAll()
    {
        using var directory = new TemporaryDirectory();
        using (var open = new OpenStore(directory.File("data"), new StoreOptions { Fsync = FsyncMode.Off }))
        {
            for (var i = 0; i < 100_000; i += 100) open.Commit([.. Enumerable.Range(i, 100).Select(Put)]);
        }
        var clock = Stopwatch.StartNew();

        await using var store = await ServerProcess.StartStoreAsync(directory.File("data"));
        var found = await store.Kv.RangeAsync(new RangeRequest { Key = Bytes("/registry/pods/default/p99") });

        var (served, cpu) = (clock.Elapsed, store.Cpu);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"served after {served.TotalSeconds:F2} s, {cpu.TotalSeconds:F2} s of CPU"));
        Assert.Equal(100_001, found.Header.Revision);
        Assert.Equal((95_101, 20), (found.Kvs.Single().ModRevision, found.Kvs.Single().Version));
        Assert.InRange(cpu, TimeSpan.Zero, TimeSpan.FromSeconds(8));       // 3 s by the clock on an idle machine, far less as a rule
    }

    [Fact]
    public async Task Metrics_OneWriteAfterTheOther_CountASyncForEach()
    {
        using var directory = new TemporaryDirectory();
        await using var store = await ServerProcess.StartStoreAsync(directory.File("data"));
        for (var i = 0; i < 50; i++) await store.Kv.PutAsync((PutRequest)Put(i));

        using var http = new HttpClient();
        var page = await http.GetStringAsync(new Uri($"http://127.0.0.1:{store.HttpPort}/metrics"));

        Assert.Matches("(?m)^store_log_syncs(_total)? 50$", page);
    }

    private static IMessage Put(int i) => new PutRequest { Key = Bytes($"/registry/pods/default/p{i % 5000}"), Value = ByteString.CopyFrom(new byte[256]) };

    private static ByteString Bytes(string text) => ByteString.CopyFromUtf8(text);
}
