using Google.Protobuf;

using Grpc.AspNetCore.Server.Model;
using Grpc.Core;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Watch;

namespace MiniK8s.Store.EtcdServices;

/// <summary>Binds etcd's one Watch method. The generated binding would take messages; ours sends events that are bytes already.</summary>
internal sealed class WatchMethods : IServiceMethodProvider<WatchService>
{
    // gRPC is POST; without this the route would answer any method.
    private static readonly object[] Endpoint = [new HttpMethodMetadata(["POST"])];

    private static readonly Method<WatchRequest, WatchMessage> Method = new(
        MethodType.DuplexStreaming,
        Protocol.Etcd.Watch.Descriptor.FullName,
        Protocol.Etcd.Watch.Descriptor.Methods[0].Name,
        Marshallers.Create(static request => request.ToByteArray(), WatchRequest.Parser.ParseFrom),
        WatchMessage.Marshaller);

    /// <inheritdoc/>
    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<WatchService> context) =>
        context.AddDuplexStreamingMethod(Method, Endpoint, (service, requests, responses, call) => service.WatchAsync(requests, responses, call));
}
