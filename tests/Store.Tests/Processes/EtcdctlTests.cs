namespace MiniK8s.Store.Tests.Processes;

/// <summary>The machine's own etcdctl against our store: what a user types and what is printed.</summary>
public sealed class EtcdctlTests : IAsyncLifetime
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
    public async Task Commands_OfEveryKind_PrintWhatEtcdPrints()
    {
        await ExpectAsync("OK", "put", "a", "1");
        await ExpectAsync("OK", "put", "b", "2");
        await ExpectAsync("OK|a|1", "put", "a", "3", "--prev-kv");
        await ExpectAsync("a|3", "get", "a");
        await ExpectAsync("a|1", "get", "a", "--rev=2");
        await ExpectAsync("a||b", "get", "", "--prefix", "--keys-only");
        await ExpectAsync("b|2", "get", "", "--from-key", "--order=DESCEND", "--limit=1");
        await ExpectAsync("Error: etcdserver: mvcc: required revision is a future revision", "get", "a", "--rev=99");
        await ExpectAsync("1|b|2", "del", "b", "--prev-kv");
        await ExpectAsync("0", "del", "b");
        await ExpectTypedAsync("SUCCESS||OK||a|4", "val(\"a\") = \"3\"\n\nput a 4\nget a\n\nget a\n\n", "txn");
        await ExpectTypedAsync("FAILURE||a|4", "val(\"a\") = \"3\"\n\nput a 5\n\nget a\n\n", "txn");
        await ExpectAsync("compacted revision 5", "compaction", "5");
        await ExpectAsync("Error: etcdserver: mvcc: required revision has been compacted", "compaction", "5");
        await ExpectAsync("Error: etcdserver: mvcc: required revision has been compacted", "get", "a", "--rev=3");
        await ExpectAsync("Error: etcdserver: requested lease not found", "put", "a", "1", "--lease=4711");
        await ExpectAsync("", "alarm", "list");
    }

    [RequiresToolFact("etcdctl")]
    public async Task Status_OfTheEndpoint_IsThatOfAHealthyLeader()
    {
        Assert.Contains($"{_store.Endpoint} is healthy", await RunAsync(null, "endpoint", "health"), StringComparison.Ordinal);
        Assert.Matches($"^{_store.Endpoint}, [0-9a-f]+, 3\\.5\\.17, .* true, false, 2, 1, 1, ?$", await RunAsync(null, "endpoint", "status"));
        Assert.Matches($"^[0-9a-f]+, started, store, , http://{_store.Endpoint}, false$", await RunAsync(null, "member", "list"));
    }

    [RequiresToolFact("etcdctl")]
    public async Task MoveLeader_ToTheOneMember_IsDoneAtOnce()
    {
        var member = (await RunAsync(null, "member", "list")).Split(',')[0];

        await ExpectAsync($"Leadership transferred from {member} to {member}", "move-leader", member);
    }

    [RequiresToolFact("etcdctl")]
    public async Task Watch_FromARevision_PrintsHistoryThenNews()
    {
        await RunAsync(null, "put", "a", "1");
        await RunAsync(null, "del", "a");
        using var watch = Etcdctl.Start(_store.Endpoint, "watch", "a", "--rev=2", "--prev-kv");

        Assert.Equal(["PUT", "a", "1", "DELETE", "a", "1", "a", ""], await Etcdctl.ReadLinesAsync(watch, 8));
        await RunAsync(null, "put", "a", "2");
        Assert.Equal(["PUT", "a", "2"], await Etcdctl.ReadLinesAsync(watch, 3));

        watch.Kill();
        await watch.WaitForExitAsync();
    }

    [RequiresToolFact("etcdctl")]
    public async Task Lease_EveryCommand_PrintsWhatEtcdPrints()
    {
        var granted = await RunAsync(null, "lease", "grant", "100");
        Assert.Matches("^lease [0-9a-f]{16} granted with TTL\\(100s\\)$", granted);
        var lease = granted.Split(' ')[1];

        await ExpectAsync("OK", "put", "b", "1", $"--lease={lease}");
        await ExpectAsync("OK", "put", "a", "1", $"--lease={lease}");
        Assert.Matches($"^lease {lease} granted with TTL\\(100s\\), remaining\\([0-9]+s\\), attached keys\\(\\[a b\\]\\)$", await RunAsync(null, "lease", "timetolive", lease, "--keys"));
        await ExpectAsync($"lease {lease} keepalived with TTL(100)", "lease", "keep-alive", "--once", lease);
        await ExpectAsync($"found 1 leases|{lease}", "lease", "list");
        await ExpectAsync($"lease {lease} revoked", "lease", "revoke", lease);
        await ExpectAsync("", "get", "", "--prefix");
        await ExpectAsync("Error: failed to revoke lease (etcdserver: requested lease not found)", "lease", "revoke", lease);
        await ExpectAsync($"lease {lease} already expired", "lease", "timetolive", lease);
        await ExpectAsync($"lease {lease} expired or revoked.", "lease", "keep-alive", lease);
        await ExpectAsync("Error: failed to grant lease (etcdserver: too large lease TTL)", "lease", "grant", "9000000001");
        await ExpectAsync("found 0 leases", "lease", "list");
    }

    private Task ExpectAsync(string expected, params string[] arguments) => ExpectTypedAsync(expected, null, arguments);

    private async Task ExpectTypedAsync(string expected, string? input, params string[] arguments)
    {
        Assert.Equal(expected, (await RunAsync(input, arguments)).Replace('\n', '|').TrimEnd('|'));
    }

    private Task<string> RunAsync(string? input, params string[] arguments) => Etcdctl.RunAsync(_store.Endpoint, input, arguments);
}
