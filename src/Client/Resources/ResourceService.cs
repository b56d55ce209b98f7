using System.Collections.Concurrent;
using System.Reflection;

using Google.Protobuf;
using Google.Protobuf.Reflection;

using Grpc.Core;

using MiniK8s.Protocol.V1;

namespace MiniK8s.Client.Resources;

// The gRPC service of one kind, found by its descriptor: every kind's service has the same verbs and field names, so a new kind needs no code here.
internal sealed class ResourceService
{
    private static readonly IReadOnlyList<ServiceDescriptor> Services = [.. FindServices()];
    private static readonly ConcurrentDictionary<MessageDescriptor, ResourceService> ByKind = new();
    private readonly Dictionary<string, (MethodDescriptor Descriptor, Method<IMessage, IMessage> Method)> _verbs;

    private ResourceService(ServiceDescriptor service)
    {
        _verbs = service.Methods.ToDictionary(method => method.Name, method => (method, Bind(service, method)));
        Name = service.FullName;
    }

    public string Name { get; }

    public static ResourceService Of(MessageDescriptor kind) => ByKind.GetOrAdd(kind, static wanted =>
        new ResourceService(Services.FirstOrDefault(service => service.FindMethodByName("Get")?.OutputType == wanted)
            ?? throw new ArgumentException($"No service serves {wanted.FullName}.", nameof(kind))));

    public Method<IMessage, IMessage> Verb(string verb) => _verbs[verb].Method;

    // Null values stay unset.
    public IMessage Request(string verb, params ReadOnlySpan<(string Field, object? Value)> fields)
    {
        var type = _verbs[verb].Descriptor.InputType;
        var request = type.Parser.ParseFrom(ByteString.Empty);
        foreach (var (field, value) in fields)
        {
            if (value is not null) type.FindFieldByName(field).Accessor.SetValue(request, value);
        }
        return request;
    }

    public (WatchEventType Type, object Object) Event(IMessage message)
    {
        var type = _verbs["Watch"].Descriptor.OutputType;
        return ((WatchEventType)type.FindFieldByName("type").Accessor.GetValue(message),
            type.FindFieldByName("object").Accessor.GetValue(message));
    }

    private static Method<IMessage, IMessage> Bind(ServiceDescriptor service, MethodDescriptor method) => new(
        method.IsServerStreaming ? MethodType.ServerStreaming : MethodType.Unary,
        service.FullName, method.Name, Marshaller(method.InputType), Marshaller(method.OutputType));

    private static Marshaller<IMessage> Marshaller(MessageDescriptor type) => new(
        (message, context) =>
        {
            context.SetPayloadLength(message.CalculateSize());
            message.WriteTo(context.GetBufferWriter());
            context.Complete();
        },
        context => type.Parser.ParseFrom(context.PayloadAsReadOnlySequence()));

    private static IEnumerable<ServiceDescriptor> FindServices() =>
        from type in typeof(WatchEventType).Assembly.GetTypes()
        where type.Namespace == typeof(WatchEventType).Namespace && type.Name.EndsWith("Reflection", StringComparison.Ordinal)
        let file = type.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null) as FileDescriptor
        where file is not null
        from service in file.Services
        select service;
}
