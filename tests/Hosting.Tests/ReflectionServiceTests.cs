using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using MiniK8s.Protocol.Reflection.V1;
using Alpha = MiniK8s.Protocol.Reflection.V1Alpha;

namespace MiniK8s.Hosting.Tests;

public sealed class ReflectionServiceTests(RunningProcess process) : IClassFixture<RunningProcess>
{
    private static readonly string[] Services =
        ["etcdserverpb.Lease", "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"];

    [Fact]
    public async Task ListServices_Always_NamesEveryMappedService()
    {
        var answer = await AskAsync(new() { ListServices = "", Host = "a-host" });

        Assert.Equal(Services, answer.ListServicesResponse.Service.Select(service => service.Name));
        Assert.Equal("a-host", answer.ValidHost);
        Assert.Equal("a-host", answer.OriginalRequest.Host);
    }

    [Fact]
    public async Task FileByFilename_AKnownFile_ComesFirstWithEverythingItImports()
    {
        var answer = await AskAsync(new() { FileByFilename = "etcd/lease.proto" });

        var files = Files(answer);
        Assert.Equal("etcd/lease.proto", files[0].Name);
        Assert.All(files, file => Assert.All(file.Dependency, needed => Assert.Contains(files, each => each.Name == needed)));
        Assert.Equal(files.Count, files.DistinctBy(file => file.Name).Count());
        Assert.Contains(files, file => file.Name == "etcd/kv.proto");
    }

    [Theory]
    [InlineData("etcdserverpb.Lease", "etcd/lease.proto")]
    [InlineData("etcdserverpb.Lease.LeaseGrant", "etcd/lease.proto")]
    [InlineData("etcdserverpb.LeaseGrantRequest", "etcd/lease.proto")]
    [InlineData("etcdserverpb.LeaseGrantRequest.TTL", "etcd/lease.proto")]
    [InlineData("etcdserverpb.ResponseHeader", "etcd/kv.proto")]
    [InlineData("grpc.health.v1.HealthCheckResponse.ServingStatus", "grpc/health/v1/health.proto")]
    [InlineData("grpc.health.v1.HealthCheckResponse.NOT_SERVING", "grpc/health/v1/health.proto")]
    [InlineData("grpc.reflection.v1.ServerReflectionRequest.message_request", "grpc/reflection/v1/reflection.proto")]
    public async Task FileContainingSymbol_AKnownSymbol_GivesItsFile(string symbol, string file)
    {
        var answer = await AskAsync(new() { FileContainingSymbol = symbol });

        Assert.Equal(file, Files(answer)[0].Name);
    }

    [Fact]
    public async Task Questions_ThatHaveNoAnswer_AreNotFoundAndTheStreamGoesOn()
    {
        var answers = await AskAllAsync(
            new() { FileByFilename = "no/such.proto" },
            new() { FileContainingSymbol = "no.Such" },
            new() { FileContainingExtension = new() { ContainingType = "etcdserverpb.LeaseGrantRequest", ExtensionNumber = 7 } },
            new() { AllExtensionNumbersOfType = "no.Such" },
            new() { ListServices = "*" });

        Assert.Equal(
            ["file not found: no/such.proto", "symbol not found: no.Such", "extension not found: etcdserverpb.LeaseGrantRequest has no 7", "type not found: no.Such"],
            answers[..4].Select(answer => answer.ErrorResponse.ErrorMessage));
        Assert.All(answers[..4], answer => Assert.Equal((int)StatusCode.NotFound, answer.ErrorResponse.ErrorCode));
        Assert.Equal(Services, answers[4].ListServicesResponse.Service.Select(service => service.Name));
    }

    [Fact]
    public async Task Questions_ThatAskNothing_EndTheStreamAsInvalid()
    {
        var error = await Assert.ThrowsAsync<RpcException>(() => AskAsync(new()));

        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
    }

    [Fact]
    public async Task AllExtensionNumbers_AMessageNobodyExtends_IsEmpty()
    {
        var answer = await AskAsync(new() { AllExtensionNumbersOfType = "etcdserverpb.LeaseGrantRequest" });

        Assert.Equal("etcdserverpb.LeaseGrantRequest", answer.AllExtensionNumbersResponse.BaseTypeName);
        Assert.Empty(answer.AllExtensionNumbersResponse.ExtensionNumber);
    }

    [Fact]
    public async Task V1Alpha_TheSameQuestion_GivesTheSameAnswer()
    {
        var client = new Alpha.ServerReflection.ServerReflectionClient(process.Channel);
        using var call = client.ServerReflectionInfo();
        await call.RequestStream.WriteAsync(new() { FileContainingSymbol = "etcdserverpb.Lease" });

        Assert.True(await call.ResponseStream.MoveNext().OrMissing("an answer"));

        var answer = await AskAsync(new() { FileContainingSymbol = "etcdserverpb.Lease" });
        Assert.Equal(answer.ToByteString(), call.ResponseStream.Current.ToByteString());
    }

    private static List<FileDescriptorProto> Files(ServerReflectionResponse answer) =>
        [.. answer.FileDescriptorResponse.FileDescriptorProto.Select(FileDescriptorProto.Parser.ParseFrom)];

    private async Task<ServerReflectionResponse> AskAsync(ServerReflectionRequest request) => (await AskAllAsync(request))[0];

    private async Task<ServerReflectionResponse[]> AskAllAsync(params ServerReflectionRequest[] requests)
    {
        var client = new ServerReflection.ServerReflectionClient(process.Channel);
        using var call = client.ServerReflectionInfo();
        var answers = new List<ServerReflectionResponse>();
        foreach (var request in requests)
        {
            await call.RequestStream.WriteAsync(request);
            Assert.True(await call.ResponseStream.MoveNext().OrMissing("an answer"));
            answers.Add(call.ResponseStream.Current);
        }
        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext().OrMissing("the end of the answers"));
        return [.. answers];
    }
}
