using Google.Protobuf;
using Google.Protobuf.Reflection;

using Grpc.AspNetCore.Server.Model;
using Grpc.Core;

using MiniK8s.Api.Objects;

using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace MiniK8s.ApiServer.Services;

/// <summary>Binds every method of every kind's service to the one implementation, by the method's name.</summary>
internal sealed class KindMethods : IServiceMethodProvider<KindCalls>
{
    // gRPC is POST; without this the routes would answer any method.
    private static readonly object[] Endpoint = [new HttpMethodMetadata(["POST"])];

    /// <inheritdoc/>
    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<KindCalls> context)
    {
        foreach (var (service, kind) in ServiceCatalogue.All)
        {
            foreach (var method in service.Methods) Bind(context, service, method, kind);
        }
    }

    private static void Bind(ServiceMethodProviderContext<KindCalls> context, ServiceDescriptor service, MethodDescriptor method, ApiKind kind)
    {
        switch (method.Name)
        {
            case "Watch": AddStream(context, service, method, (calls, request, call) => calls.WatchAsync(kind, request, call)); break;
            case "Create": AddUnary(context, service, method, (calls, request, call) => calls.CreateAsync(kind, request, call)); break;
            case "Get": AddUnary(context, service, method, (calls, request, call) => calls.GetAsync(kind, request, call)); break;
            case "List": AddUnary(context, service, method, (calls, request, call) => calls.ListAsync(kind, request, call)); break;
            case "Update": AddUnary(context, service, method, (calls, request, call) => calls.UpdateAsync(kind, "", request, call)); break;
            case "UpdateStatus": AddUnary(context, service, method, (calls, request, call) => calls.UpdateAsync(kind, "status", request, call)); break;
            case "GetScale": AddUnary(context, service, method, (calls, request, call) => calls.GetScaleAsync(kind, request, call)); break;
            case "UpdateScale": AddUnary(context, service, method, (calls, request, call) => calls.UpdateScaleAsync(kind, request, call)); break;
            case "Patch": AddUnary(context, service, method, (calls, request, call) => calls.PatchAsync(kind, request, call)); break;
            case "Delete": AddUnary(context, service, method, (calls, request, call) => calls.DeleteAsync(kind, request, call)); break;
            case "DeleteCollection": AddUnary(context, service, method, (calls, request, call) => calls.DeleteCollectionAsync(kind, request, call)); break;
            case "CreateToken": AddUnary(context, service, method, (calls, request, call) => calls.CreateTokenAsync(kind, request, call)); break;
            case "Bind": AddUnary(context, service, method, (calls, request, call) => calls.BindAsync(request, call)); break;
            case "Evict": AddUnary(context, service, method, (calls, request, call) => calls.EvictAsync(request, call)); break;
            default: throw new InvalidOperationException($"Nothing implements {method.FullName}.");
        }
    }

    private static void AddUnary(
        ServiceMethodProviderContext<KindCalls> context, ServiceDescriptor service, MethodDescriptor method,
        Func<KindCalls, IMessage, ServerCallContext, Task<IMessage>> handle) =>
        context.AddUnaryMethod(
            new Method<IMessage, IMessage>(
                MethodType.Unary, service.FullName, method.Name, Marshallers.Of(method.InputType), Marshallers.Of(method.OutputType)),
            Endpoint, (calls, request, call) => Refusals.GuardAsync(() => handle(calls, request, call), call));

    // What handles it writes the response's body itself.
    private static void AddStream(
        ServiceMethodProviderContext<KindCalls> context, ServiceDescriptor service, MethodDescriptor method,
        Func<KindCalls, IMessage, ServerCallContext, Task> handle) =>
        context.AddServerStreamingMethod(
            new Method<IMessage, IMessage>(
                MethodType.ServerStreaming, service.FullName, method.Name, Marshallers.Of(method.InputType), Marshallers.Of(method.OutputType)),
            Endpoint, (calls, request, _, call) => Refusals.GuardAsync(() => handle(calls, request, call), call));
}
