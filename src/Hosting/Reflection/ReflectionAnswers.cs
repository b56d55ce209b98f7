using Google.Protobuf.Reflection;
using Grpc.Core;
using MiniK8s.Hosting.Calls;
using MiniK8s.Protocol.Reflection.V1;
using Question = MiniK8s.Protocol.Reflection.V1.ServerReflectionRequest.MessageRequestOneofCase;

namespace MiniK8s.Hosting.Reflection;

/// <summary>One answer for each question, as gRPC's reflection protocol says; what is not there is NOT_FOUND inside the answer.</summary>
internal sealed class ReflectionAnswers(MappedServices services)
{
    private readonly Lazy<DescriptorIndex> _index = new(() => new(services.Descriptors.Select(service => service.File)));

    public ServerReflectionResponse Answer(ServerReflectionRequest request)
    {
        var index = _index.Value;
        var answer = new ServerReflectionResponse { ValidHost = request.Host, OriginalRequest = request };
        switch (request.MessageRequestCase)
        {
            case Question.FileByFilename:
                File(answer, index.FileByName(request.FileByFilename), $"file not found: {request.FileByFilename}");
                break;
            case Question.FileContainingSymbol:
                File(answer, index.FileOfSymbol(request.FileContainingSymbol), $"symbol not found: {request.FileContainingSymbol}");
                break;
            case Question.FileContainingExtension:
                var (type, number) = (request.FileContainingExtension.ContainingType, request.FileContainingExtension.ExtensionNumber);
                File(answer, index.FileOfExtension(type, number), $"extension not found: {type} has no {number}");
                break;
            case Question.AllExtensionNumbersOfType:
                Numbers(answer, request.AllExtensionNumbersOfType, index.ExtensionNumbers(request.AllExtensionNumbersOfType));
                break;
            case Question.ListServices:
                answer.ListServicesResponse = new() { Service = { services.Names.Select(name => new ServiceResponse { Name = name }) } };
                break;
            default:
                throw CallErrors.InvalidArgument("the request asks nothing: message_request is not set");
        }
        return answer;
    }

    private static void File(ServerReflectionResponse answer, FileDescriptor? file, string otherwise)
    {
        if (file is null) NotFound(answer, otherwise);
        else answer.FileDescriptorResponse = new() { FileDescriptorProto = { DescriptorIndex.WithDependencies(file).Select(each => each.SerializedData) } };
    }

    private static void Numbers(ServerReflectionResponse answer, string type, IReadOnlyCollection<int>? numbers)
    {
        if (numbers is null) NotFound(answer, $"type not found: {type}");
        else answer.AllExtensionNumbersResponse = new() { BaseTypeName = type, ExtensionNumber = { numbers } };
    }

    private static void NotFound(ServerReflectionResponse answer, string text) =>
        answer.ErrorResponse = new() { ErrorCode = (int)StatusCode.NotFound, ErrorMessage = text };
}
