using MiniK8s.Protocol.Reflection.V1;

namespace MiniK8s.Store.Tests.Processes;

/// <summary>What grpcurl learns of the store.</summary>
public sealed class ReflectionTests : IAsyncLifetime
{
    private readonly TemporaryDirectory _directory = new();
    private ServerProcess _store = null!;

    public async Task InitializeAsync() => _store = await ServerProcess.StartStoreAsync(_directory.File("data"), "--fsync", "off");

    public async Task DisposeAsync()
    {
        await _store.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task List_OfServices_NamesAllOfEtcdThatAreBuilt()
    {
        var services = (await AskAsync(new() { ListServices = "" })).ListServicesResponse.Service.Select(service => service.Name);

        Assert.Equal(
            ["etcdserverpb.Cluster", "etcdserverpb.KV", "etcdserverpb.Lease", "etcdserverpb.Maintenance", "etcdserverpb.Watch"],
            services.Where(name => name.StartsWith("etcdserverpb.", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("etcdserverpb.KV.Put")]
    [InlineData("etcdserverpb.Watch.Watch")]
    public async Task Find_OfAMethod_GivesTheFilesItNeeds(string symbol) =>
        Assert.NotEmpty((await AskAsync(new() { FileContainingSymbol = symbol })).FileDescriptorResponse.FileDescriptorProto);

    private async Task<ServerReflectionResponse> AskAsync(ServerReflectionRequest request)
    {
        using var call = new ServerReflection.ServerReflectionClient(_store.Channel).ServerReflectionInfo();
        await call.RequestStream.WriteAsync(request);
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
        await call.RequestStream.CompleteAsync();
        return call.ResponseStream.Current;
    }
}
