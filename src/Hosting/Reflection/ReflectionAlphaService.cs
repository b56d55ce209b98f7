using Google.Protobuf;
using Grpc.Core;
using MiniK8s.Protocol.Reflection.V1Alpha;
using V1 = MiniK8s.Protocol.Reflection.V1;

namespace MiniK8s.Hosting.Reflection;

/// <summary>grpc.reflection.v1alpha, which older clients ask first: the same messages under another name, so their bytes are the same.</summary>
internal sealed class ReflectionAlphaService(ReflectionAnswers answers) : ServerReflection.ServerReflectionBase
{
    public override async Task ServerReflectionInfo(
        IAsyncStreamReader<ServerReflectionRequest> requestStream, IServerStreamWriter<ServerReflectionResponse> responseStream, ServerCallContext context)
    {
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            var request = V1.ServerReflectionRequest.Parser.ParseFrom(requestStream.Current.ToByteString());
            var answer = ServerReflectionResponse.Parser.ParseFrom(answers.Answer(request).ToByteString());
            await responseStream.WriteAsync(answer, context.CancellationToken);
        }
    }
}
