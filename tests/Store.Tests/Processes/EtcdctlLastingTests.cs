using System.Diagnostics;


namespace MiniK8s.Store.Tests.Processes;

/// <summary>etcdctl's commands that go on until they are told to stop.</summary>
public sealed class EtcdctlLastingTests : IAsyncLifetime
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
    public async Task WatchInteractive_FedLines_PrintsEventsAndProgress()
    {
        using var watch = Etcdctl.Start(_store.Endpoint, "watch", "-i");
        await RunAsync("put", "foo", "1");

        await watch.StandardInput.WriteLineAsync("watch foo --rev=2");
        Assert.Equal(["PUT", "foo", "1"], await Etcdctl.ReadLinesAsync(watch, 3));
        await watch.StandardInput.WriteLineAsync("watch --prefix bar --prev-kv --rev=3");
        await RunAsync("put", "bar1", "2");
        Assert.Equal(["PUT", "bar1", "2"], await Etcdctl.ReadLinesAsync(watch, 3));
        await watch.StandardInput.WriteLineAsync("progress");
        Assert.Equal(["progress notify: 3", "progress notify: 3"], await Etcdctl.ReadLinesAsync(watch, 2));
        await RunAsync("del", "bar1");
        Assert.Equal(["DELETE", "bar1", "2", "bar1", ""], await Etcdctl.ReadLinesAsync(watch, 5));

        watch.StandardInput.Close();
        await watch.WaitForExitAsync().OrMissing("the end of etcdctl watch -i");
        Assert.NotEqual(0, watch.ExitCode);      // that its input ended is an error to it
    }

    [RequiresToolFact("etcdctl")]
    public async Task LeaseKeepAlive_LeftToRun_RenewsMoreThanOnceAndEndsWithTheLease()
    {
        var lease = (await RunAsync("lease", "grant", "9")).Split(' ')[1];
        using var renewing = Etcdctl.Start(_store.Endpoint, "lease", "keep-alive", lease);

        // One when it starts, for which a busy machine has the whole term, the next after a third of it.
        Assert.Equal(Enumerable.Repeat($"lease {lease} keepalived with TTL(9)", 2), await Etcdctl.ReadLinesAsync(renewing, 2));
        await RunAsync("lease", "revoke", lease);

        var last = await LastLineAsync(renewing);
        await renewing.WaitForExitAsync().OrMissing("the end of etcdctl lease keep-alive");
        Assert.Equal(($"lease {lease} expired or revoked.", 0), (last, renewing.ExitCode));
    }

    [RequiresToolFact("etcdctl")]
    public async Task Lock_HeldByOne_IsTheNextOnesWhenLetGo()
    {
        using var first = Etcdctl.Start(_store.Endpoint, "lock", "name");
        Assert.StartsWith("name/", Assert.Single(await Etcdctl.ReadLinesAsync(first, 1)), StringComparison.Ordinal);
        using var second = Etcdctl.Start(_store.Endpoint, "lock", "name", "echo", "held");
        await InterruptAsync(first);

        Assert.Equal("held", Assert.Single(await Etcdctl.ReadLinesAsync(second, 1)));
        await second.WaitForExitAsync().OrMissing("the end of etcdctl lock");
        Assert.Equal(0, second.ExitCode);
        Assert.Equal("", await RunAsync("get", "--prefix", "name"));
    }

    [RequiresToolFact("etcdctl")]
    public async Task Elect_OneCandidate_LeadsIsObservedAndResigns()
    {
        using var leader = Etcdctl.Start(_store.Endpoint, "elect", "seat", "me");
        var elected = await Etcdctl.ReadLinesAsync(leader, 2);
        Assert.StartsWith("seat/", elected[0], StringComparison.Ordinal);
        Assert.Equal("me", elected[1]);

        using var observer = Etcdctl.Start(_store.Endpoint, "elect", "--listen", "seat");
        Assert.Equal(elected, await Etcdctl.ReadLinesAsync(observer, 2));
        await InterruptAsync(observer);
        await InterruptAsync(leader);

        Assert.Equal("", await RunAsync("get", "--prefix", "seat"));
    }

    private static async Task<string> LastLineAsync(Process command)
    {
        var last = "";
        while (await command.StandardOutput.ReadLineAsync().OrMissing("its last line") is { } line) last = line;
        return last;
    }

    private static async Task InterruptAsync(Process command)
    {
        using var kill = Process.Start("kill", ["-INT", $"{command.Id}"]);
        await kill.WaitForExitAsync();
        await command.WaitForExitAsync().OrMissing("the end of the interrupted command");
    }

    private Task<string> RunAsync(params string[] command) => Etcdctl.RunAsync(_store.Endpoint, null, command);
}
