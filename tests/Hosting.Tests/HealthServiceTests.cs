using Grpc.Core;
using MiniK8s.Protocol.Health.V1;
using static MiniK8s.Protocol.Health.V1.HealthCheckResponse.Types;

namespace MiniK8s.Hosting.Tests;

public sealed class HealthServiceTests(RunningProcess process) : IClassFixture<RunningProcess>
{
    private readonly Protocol.Health.V1.Health.HealthClient _client = new(process.Channel);

    [Theory]
    [InlineData("")]
    [InlineData("etcdserverpb.Lease")]
    [InlineData("grpc.health.v1.Health")]
    public async Task Check_AMappedService_IsServing(string service)
    {
        var answer = await _client.CheckAsync(new() { Service = service });

        Assert.Equal(ServingStatus.Serving, answer.Status);
    }

    [Fact]
    public async Task Check_AServiceNotMapped_IsNotFound()
    {
        var error = await Assert.ThrowsAsync<RpcException>(() => _client.CheckAsync(new() { Service = "etcdserverpb.KV" }).ResponseAsync);

        Assert.Equal((StatusCode.NotFound, "unknown service etcdserverpb.KV"), (error.StatusCode, error.Status.Detail));
    }

    [Fact]
    public async Task List_Always_NamesEveryServiceAndTheProcess()
    {
        var answer = await _client.ListAsync(new());

        Assert.Equal(
            ["", "etcdserverpb.Lease", "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"],
            answer.Statuses.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Watch_AGateClosesAndOpens_TellsEachChangeOnce()
    {
        using var call = _client.Watch(new() { Service = "etcdserverpb.Lease" });

        var first = await NextAsync(call);
        process.Health.Close("test", "a test says so");
        var second = await NextAsync(call);
        process.Health.Close("test", "for another reason");
        process.Health.Open("test");
        var third = await NextAsync(call);

        Assert.Equal([ServingStatus.Serving, ServingStatus.NotServing, ServingStatus.Serving], [first, second, third]);
    }

    [Fact]
    public async Task Watch_AServiceNotMapped_IsServiceUnknownAndGoesOn()
    {
        using var stop = new CancellationTokenSource();
        using var call = _client.Watch(new() { Service = "nobody" }, cancellationToken: stop.Token);

        Assert.Equal(ServingStatus.ServiceUnknown, await NextAsync(call));
        var next = call.ResponseStream.MoveNext();
        Assert.False(next.IsCompleted);

        await stop.CancelAsync();
        await Assert.ThrowsAsync<RpcException>(() => next);
    }

    private static async Task<ServingStatus> NextAsync(AsyncServerStreamingCall<HealthCheckResponse> call)
    {
        Assert.True(await call.ResponseStream.MoveNext().OrMissing("the next health status"));
        return call.ResponseStream.Current.Status;
    }
}
