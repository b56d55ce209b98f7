using Google.Protobuf;

using Grpc.Core;

using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Store.Tests.Processes;

/// <summary>--failpoints on the real process.</summary>
public sealed class FailpointProcessTests
{
    [Fact]
    public async Task Failpoints_KillAtTheThirdSync_EndsTheProcessWithoutAnAnswer()
    {
        using var directory = new TemporaryDirectory();
        await using (var store = await ServerProcess.StartStoreAsync(directory.File("data"), "--failpoints", "after-sync=3*kill"))
        {
            await PutAsync(store, "a");
            await PutAsync(store, "b");
            await Assert.ThrowsAsync<RpcException>(() => PutAsync(store, "c"));
            Assert.Equal(128 + 9, await store.ExitAsync());
        }

        await using var again = await ServerProcess.StartStoreAsync(directory.File("data"));

        Assert.Equal(4, (await again.Kv.RangeAsync(new RangeRequest { Key = Bytes("c") })).Kvs.Single().ModRevision);
    }

    [Fact]
    public async Task Failpoints_ErrorAtASync_EndsTheProcessWithoutAnAnswer()
    {
        using var directory = new TemporaryDirectory();
        await using var store = await ServerProcess.StartStoreAsync(directory.File("data"), "--failpoints", "before-sync=2*error");
        await PutAsync(store, "a");

        await Assert.ThrowsAsync<RpcException>(() => PutAsync(store, "b"));

        Assert.Equal(1, await store.ExitAsync());
        Assert.Contains("Input/output error, as --failpoints wants it at BeforeSync", store.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Failpoints_NoPlan_IsAFaultOfTheSettings()
    {
        using var directory = new TemporaryDirectory();
        await using var store = ServerProcess.StartUnready(directory.File("data"), "--failpoints", "after-synk=kill");

        Assert.NotEqual(0, await store.ExitAsync());
        Assert.Contains("--failpoints: 'after-synk' is no failpoint; there are before-log-write, ", store.Output, StringComparison.Ordinal);
    }

    private static async Task PutAsync(ServerProcess store, string key) => await store.Kv.PutAsync(new PutRequest { Key = Bytes(key) });

    private static ByteString Bytes(string text) => ByteString.CopyFromUtf8(text);
}
