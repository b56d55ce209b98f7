using Grpc.Core;


namespace MiniK8s.Store.Tests.Processes;

/// <summary>The services of etcd that the store does not have: refused at once, in words that help.</summary>
public sealed class NotBuiltTests : IAsyncLifetime
{
    private static readonly Marshaller<byte[]> _bytes = Marshallers.Create(bytes => bytes, bytes => bytes);
    private readonly TemporaryDirectory _directory = new();
    private ServerProcess _store = null!;

    public async Task InitializeAsync() => _store = await ServerProcess.StartStoreAsync(_directory.File("data"), "--fsync", "off");

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        _directory.Dispose();
    }

    [Theory]
    [InlineData("etcdserverpb.Auth", "AuthStatus", "Auth.AuthStatus")]
    [InlineData("v3lockpb.Lock", "Lock", "Lock.Lock")]
    [InlineData("v3electionpb.Election", "Campaign", "Election.Campaign")]
    [InlineData("v3electionpb.Election", "Proclaim", "Election.Proclaim")]
    public async Task Call_OfAServiceThatIsNotBuilt_SaysWhatHasIt(string service, string method, string named)
    {
        var call = new Method<byte[], byte[]>(MethodType.Unary, service, method, _bytes, _bytes);
        for (var time = 0; time < 3; time++)
        {
            using var asked = _store.Channel.CreateCallInvoker().AsyncUnaryCall(call, null, new CallOptions(), new byte[100_000]);
            AssertNotBuilt(named, await Assert.ThrowsAsync<RpcException>(() => asked.ResponseAsync.OrMissing("the refusal")));
        }
    }

    [Fact]
    public async Task Stream_OfAServiceThatIsNotBuilt_SaysWhatHasIt()
    {
        var call = new Method<byte[], byte[]>(MethodType.ServerStreaming, "v3electionpb.Election", "Observe", _bytes, _bytes);
        using var asked = _store.Channel.CreateCallInvoker().AsyncServerStreamingCall(call, null, new CallOptions(), []);

        AssertNotBuilt("Election.Observe", await Assert.ThrowsAsync<RpcException>(() => asked.ResponseStream.MoveNext().OrMissing("the refusal")));
    }

    [RequiresToolTheory("etcdctl")]
    [InlineData("auth enable", "Auth.AuthEnable")]
    [InlineData("auth disable", "Auth.AuthDisable")]
    [InlineData("user list", "Auth.UserList")]
    [InlineData("user add me:secret", "Auth.UserAdd")]
    [InlineData("role list", "Auth.RoleList")]
    [InlineData("role get r", "Auth.RoleGet")]
    public async Task Command_ThatIsNotBuilt_FailsWithTheReason(string command, string named)
    {
        var (output, code) = await Etcdctl.RunToExitAsync(_store.Endpoint, Patience.Limit, command.Split(' '));

        Assert.Equal(1, code);
        Assert.Contains($"store: {named} is not built in this store; use an etcd for it (--etcd-servers)", output, StringComparison.Ordinal);
    }

    private static void AssertNotBuilt(string named, RpcException refusal) => Assert.Equal(
        (StatusCode.Unimplemented, $"store: {named} is not built in this store; use an etcd for it (--etcd-servers)"),
        (refusal.StatusCode, refusal.Status.Detail));
}
