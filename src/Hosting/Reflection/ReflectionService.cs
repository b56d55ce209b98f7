using Grpc.Core;
using MiniK8s.Protocol.Reflection.V1;

namespace MiniK8s.Hosting.Reflection;

/// <summary>grpc.reflection.v1: what this process serves, for grpcurl and every other client without .proto files.</summary>
internal sealed class ReflectionService(ReflectionAnswers answers) : ServerReflection.ServerReflectionBase
{
    public override async Task ServerReflectionInfo(
        IAsyncStreamReader<ServerReflectionRequest> requestStream, IServerStreamWriter<ServerReflectionResponse> responseStream, ServerCallContext context)
    {
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            await responseStream.WriteAsync(answers.Answer(requestStream.Current), context.CancellationToken);
        }
    }
}
