using System.Globalization;
using System.Text.RegularExpressions;

using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Store.Tests.Processes;

/// <summary>etcdctl's own checks at their smallest load. How fast this machine is just now is not judged; that every request is answered is.</summary>
public sealed partial class EtcdctlCheckTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private ServerProcess _store = null!;

    public async Task InitializeAsync() => _store = await ServerProcess.StartStoreAsync(_directory.File("data"), "--fsync", "off");

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        _directory.Dispose();
    }

    [RequiresToolFact("etcdctl")]
    public async Task CheckPerf_AtTheSmallLoad_CompletesEveryRequestAndSaysHowMany()
    {
        // It has no shorter load than this minute.
        var (output, code) = await Etcdctl.RunToExitAsync(_store.Endpoint, TimeSpan.FromMinutes(3), "check", "perf", "--load=s");

        // The progress bar may stand before, between and after the lines.
        var throughput = Throughput().Match(output);
        Assert.True(throughput.Success && code is 0 or 1, $"{code}: {output}");
        Assert.DoesNotContain("ERROR", output, StringComparison.Ordinal);
        Assert.Equal((output, code == 0), (output, !output.Contains("FAIL", StringComparison.Ordinal)));
        var left = await _store.Kv.RangeAsync(new RangeRequest { Key = Key("/"), RangeEnd = Key("0"), CountOnly = true });
        Assert.Equal(0, left.Count);
        // The writes, then one delete of them all; the printed rate is rounded up, and the minute may lack a moment.
        var rate = int.Parse(throughput.Groups["rate"].Value, CultureInfo.InvariantCulture);
        Assert.InRange(left.Header.Revision - 2, (rate - 1) * 59, 150 * 61);
    }

    [RequiresToolFact("etcdctl")]
    public async Task CheckDatascale_AtTheSmallLoad_ReadsTheMemoryAndPasses()
    {
        var (output, code) = await Etcdctl.RunToExitAsync($"http://{_store.Endpoint}", TimeSpan.FromMinutes(3), "check", "datascale", "--load=s");

        Assert.Matches(@"PASS: Approximate system memory used : -?\d+\.\d\d MB\.$", output);
        Assert.Equal(0, code);
        var left = await _store.Kv.RangeAsync(new RangeRequest { Key = Key("/"), RangeEnd = Key("0"), CountOnly = true });
        Assert.Equal((0L, 10_002L), (left.Count, left.Header.Revision));
    }

    [GeneratedRegex(@"(PASS: Throughput is|FAIL: Throughput too low:) (?<rate>\d+) writes/s")]
    private static partial Regex Throughput();

    private static Google.Protobuf.ByteString Key(string name) => Google.Protobuf.ByteString.CopyFromUtf8(name);
}
