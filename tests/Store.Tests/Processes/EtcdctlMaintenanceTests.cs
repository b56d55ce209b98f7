using System.Net;

using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Snapshots;

namespace MiniK8s.Store.Tests.Processes;

/// <summary>Quota, alarms, endpoints with a scheme and plain HTTP, on the real process.</summary>
public sealed class EtcdctlMaintenanceTests : IDisposable
{
    private const string Exceeded = "Error: etcdserver: mvcc: database space exceeded";
    private static readonly string Half = new('x', 80_000);
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [RequiresToolFact("etcdctl")]
    public async Task Quota_Exceeded_RefusesPutsOverARestartUntilTheAlarmIsDisarmed()
    {
        string alarm;
        await using (var full = await StartAsync("--quota-backend-bytes", "245000"))
        {
            Assert.Equal("OK", await PutAsync(full, "a"));
            Assert.Equal("OK", await PutAsync(full, "b"));
            Assert.Equal(Exceeded, await PutAsync(full, "c"));
            alarm = await RunAsync(full, "alarm", "list");
            Assert.Matches(@"^memberID:\d+ alarm:NOSPACE $", alarm);

            // A small put would fit, but the alarm stands; what makes room or reads goes on.
            Assert.Equal(Exceeded, await RunAsync(full, "put", "c", "small"));
            Assert.Contains("failed to grant lease (etcdserver: mvcc: database space exceeded)", await RunAsync(full, "lease", "grant", "100"), StringComparison.Ordinal);
            Assert.Equal(Half, await RunAsync(full, "get", "a", "--print-value-only"));
            Assert.Equal("1", await RunAsync(full, "del", "a"));
            Assert.Equal("compacted revision 4", await RunAsync(full, "compaction", "4"));
            Assert.Contains(alarm, await RunAsync(full, "endpoint", "status"), StringComparison.Ordinal);
            Assert.Equal((HttpStatusCode.ServiceUnavailable, """{"health":"false","reason":"ALARM NOSPACE"}"""), await GetAsync(full, "/health"));
            Assert.Equal((HttpStatusCode.OK, """{"health":"true","reason":""}"""), await GetAsync(full, "/health?exclude=NOSPACE"));
        }

        await using var again = await StartAsync();
        Assert.Equal(alarm, await RunAsync(again, "alarm", "list"));
        Assert.Equal(Exceeded, await RunAsync(again, "put", "c", "small"));
        Assert.Equal(alarm, await RunAsync(again, "alarm", "disarm"));
        Assert.Equal("", await RunAsync(again, "alarm", "list"));
        Assert.Equal("OK", await RunAsync(again, "put", "c", "small"));
    }

    [RequiresToolFact("etcdctl")]
    public async Task Quota_ExceededByWhatIsInTheOpenSegment_CompactDefragAndDisarmMakeRoom()
    {
        string hash;
        await using (var full = await StartAsync("--quota-backend-bytes", "1000000"))
        {
            string answer;
            while ((answer = await PutAsync(full, "a")) == "OK")
            {
                // Until it is full.
            }
            Assert.Equal(Exceeded, answer);
            var revision = Revision(full);
            Assert.Equal($"compacted revision {revision}", await RunAsync(full, "compaction", $"{revision}", "--physical"));
            hash = await HashAsync(full, revision);
            Assert.StartsWith("Finished defragmenting", await RunAsync(full, "defrag"), StringComparison.Ordinal);
            Assert.Equal(hash, await HashAsync(full, revision));
            Assert.Contains("NOSPACE", await RunAsync(full, "alarm", "disarm"), StringComparison.Ordinal);
            for (var i = 0; i < 5; i++) Assert.Equal("OK", await PutAsync(full, "a"));
            revision = Revision(full);
            hash = await HashAsync(full, revision);
            Assert.StartsWith("Finished defragmenting", await RunAsync(full, "defrag"), StringComparison.Ordinal);
            Assert.Equal(0, await full.StopAsync());
        }

        await using var again = await StartAsync("--quota-backend-bytes", "1000000");
        Assert.Equal(hash, await HashAsync(again, Revision(again)));
        Assert.Equal(Half, await RunAsync(again, "get", "a", "--print-value-only"));
        Assert.Equal("", await RunAsync(again, "alarm", "list"));
        Assert.Equal("OK", await PutAsync(again, "a"));

        static long Revision(ServerProcess store) => store.Kv.Range(new RangeRequest { Key = ByteString.CopyFromUtf8("a") }).Header.Revision;
    }

    [RequiresToolFact("etcdctl")]
    public async Task Endpoint_WithItsScheme_WorksForTheCallsThatDialItAsItIs()
    {
        await using var store = await StartAsync();
        var url = $"http://{store.Endpoint}";
        await Etcdctl.RunAsync(url, null, "put", "a", "1");

        Assert.StartsWith($"{url}, ", await Etcdctl.RunAsync(url, null, "endpoint", "status"), StringComparison.Ordinal);
        Assert.Matches($@"^{url}, \d+$", await Etcdctl.RunAsync(url, null, "endpoint", "hashkv"));
        Assert.StartsWith($"{url} is healthy", await Etcdctl.RunAsync(url, null, "endpoint", "health"), StringComparison.Ordinal);
        Assert.Contains($", {url}, false", await Etcdctl.RunAsync(url, null, "member", "list"), StringComparison.Ordinal);
    }

    [RequiresToolFact("etcdctl")]
    public async Task HashKV_AfterARestart_IsTheSame()
    {
        string hash;
        await using (var store = await StartAsync())
        {
            for (var i = 0; i < 20; i++) await RunAsync(store, "put", $"k{i % 5}", $"{i}");
            await RunAsync(store, "del", "k1");
            await RunAsync(store, "compaction", "9");
            hash = await HashAsync(store);
        }

        await using var again = await StartAsync();
        Assert.Equal(hash, await HashAsync(again));
    }

    [RequiresToolFact("etcdctl")]
    public async Task Snapshot_Restored_IsTheSameStoreUnderANewName()
    {
        var file = _directory.File("a.snapshot");
        string hash, member;
        await using (var store = await StartAsync())
        {
            for (var i = 0; i < 20; i++) await RunAsync(store, "put", $"k{i % 5}", $"{i}");
            await RunAsync(store, "del", "k1");
            await RunAsync(store, "compaction", "9");
            await RunAsync(store, "lease", "grant", "1000");
            (hash, member) = (await HashAsync(store), await RunAsync(store, "member", "list"));
            Assert.Equal($"Snapshot saved at {file}", await RunAsync(store, "snapshot", "save", file));
        }

        var directory = _directory.File("restored");
        Assert.EndsWith("holds revision 22, compacted at 9", SnapshotRestore.Into(file, directory), StringComparison.Ordinal);
        Assert.Contains("is not empty", Assert.Throws<IOException>(() => SnapshotRestore.Into(file, directory)).Message, StringComparison.Ordinal);

        for (var start = 0; start < 2; start++)
        {
            await using var restored = await ServerProcess.StartStoreAsync(directory, "--fsync", "off");
            Assert.Equal(hash, await HashAsync(restored));
            Assert.Equal("k0|15|k2|17|k3|18|k4|19", (await RunAsync(restored, "get", "--prefix", "k")).Replace('\n', '|'));
            Assert.Equal("7", await RunAsync(restored, "get", "k2", "--rev=9", "--print-value-only"));
            Assert.StartsWith("found 1 leases", await RunAsync(restored, "lease", "list"), StringComparison.Ordinal);
            Assert.NotEqual(member, await RunAsync(restored, "member", "list"));
            Assert.Equal("OK", await RunAsync(restored, "put", $"new{start}", "1"));
        }
    }

    [Fact]
    public async Task PlainHttp_OnTheEtcdPort_AnswersAsEtcdDoes()
    {
        await using var store = await ServerProcess.StartStoreAsync(_directory.File("data"), "--fsync", "off");

        Assert.Equal((HttpStatusCode.OK, """{"etcdserver":"3.5.17","etcdcluster":"3.5.0"}"""), await GetAsync(store, "/version"));
        Assert.Equal((HttpStatusCode.OK, """{"health":"true","reason":""}"""), await GetAsync(store, "/health"));
        var (_, metrics) = await GetAsync(store, "/metrics");
        Assert.Contains("\netcd_server_has_leader 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("\netcd_server_quota_backend_bytes 2147483648\n", metrics, StringComparison.Ordinal);
        Assert.Matches(@"\netcd_mvcc_db_total_size_in_bytes \d+\n", metrics);
        Assert.Matches(@"\nprocess_resident_memory_bytes \d+\n", metrics);
    }

    [RequiresToolFact("etcdctl")]
    public async Task MemberAdd_ToTheOneMember_IsRefusedCleanly()
    {
        await using var store = await StartAsync();

        var (output, code) = await Etcdctl.RunToExitAsync(store.Endpoint, Patience.Limit, "member", "add", "x", "--peer-urls", "http://127.0.0.1:1");

        Assert.Equal(1, code);
        Assert.Contains("store: Cluster.MemberAdd is not built in this store", output, StringComparison.Ordinal);
        Assert.Equal("OK", await RunAsync(store, "put", "a", "1"));
    }

    private static async Task<string> HashAsync(ServerProcess store, long revision = 15) => (await RunAsync(store, "endpoint", "hashkv", $"--rev={revision}")).Split(", ")[1];

    private static async Task<(HttpStatusCode Code, string Body)> GetAsync(ServerProcess store, string path)
    {
        using var client = new HttpClient();
        using var response = await client.GetAsync(new Uri($"http://{store.Endpoint}{path}"));
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private static Task<string> PutAsync(ServerProcess store, string key) => Etcdctl.RunAsync(store.Endpoint, Half, "put", key);

    private static Task<string> RunAsync(ServerProcess store, params string[] command) => Etcdctl.RunAsync(store.Endpoint, null, command);

    private Task<ServerProcess> StartAsync(params string[] flags) => ServerProcess.StartStoreAsync(_directory.File("data"), ["--fsync", "off", .. flags]);
}
