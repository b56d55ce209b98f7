using Grpc.Core;
using MiniK8s.Protocol.Etcd;
using MiniK8s.Protocol.Health.V1;

namespace MiniK8s.Hosting.Tests;

public sealed class ShutdownTests : IAsyncLifetime
{
    private readonly RunningProcess _process = new();

    public Task InitializeAsync() => _process.InitializeAsync();

    public Task DisposeAsync() => _process.DisposeAsync();

    [Theory]
    [InlineData("wait")]
    [InlineData("read")]
    public async Task Stop_WithAnOpenStream_EndsItAsUnavailableAndTheProcessWithZero(string what)
    {
        using var call = new Lease.LeaseClient(_process.Channel).LeaseKeepAlive(new Metadata { { what, "" } });
        var next = call.ResponseStream.MoveNext();
        await _process.Leases.Begun.Task.OrMissing("the stream's beginning");

        var exitCode = await _process.StopAsync();

        var error = await Assert.ThrowsAsync<RpcException>(() => next);
        Assert.Equal((StatusCode.Unavailable, "the process is stopping"), (error.StatusCode, error.Status.Detail));
        Assert.Equal(0, exitCode);
    }

    [Fact]
    public async Task Stop_WithAHealthWatch_TellsNotServingFirst()
    {
        using var call = new Protocol.Health.V1.Health.HealthClient(_process.Channel).Watch(new());
        Assert.True(await call.ResponseStream.MoveNext().OrMissing("the first status"));

        var stopped = _process.StopAsync();

        Assert.True(await call.ResponseStream.MoveNext().OrMissing("the last status"));
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.NotServing, call.ResponseStream.Current.Status);
        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext());
        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        Assert.Equal(0, await stopped);
    }

    [Fact]
    public async Task UnaryCall_HandlerThrows_TellsAnIdAndNothingElse()
    {
        var error = await Assert.ThrowsAsync<RpcException>(() => new Lease.LeaseClient(_process.Channel).LeaseGrantAsync(new()).ResponseAsync);

        Assert.Equal(StatusCode.Internal, error.StatusCode);
        Assert.Matches("^internal error [0-9a-f]{12}: the log of the process says more under this id$", error.Status.Detail);
    }
}
