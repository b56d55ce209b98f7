using System.Reflection;
using Google.Protobuf.Reflection;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Routing;

namespace MiniK8s.Hosting.Calls;

/// <summary>The gRPC services mapped on this process, read off its endpoints at the first question; none can be added later.</summary>
internal sealed class MappedServices
{
    private readonly Lazy<SortedSet<string>> _names;
    private readonly Lazy<IReadOnlyList<ServiceDescriptor>> _descriptors;
    private readonly List<ServiceDescriptor> _declared = [];

    public MappedServices(EndpointDataSource endpoints)
    {
        _names = new(() => new(Methods(endpoints).Select(method => method.Method.ServiceName), StringComparer.Ordinal));
        _descriptors = new(() =>
        [
            .. Methods(endpoints).Select(method => DescriptorOf(method.ServiceType)).OfType<ServiceDescriptor>()
                .Concat(_declared).DistinctBy(service => service.FullName),
        ]);
    }

    /// <summary>The full names of all services that have an endpoint.</summary>
    public IReadOnlySet<string> Names => _names.Value;

    /// <summary>The descriptors of those made from .proto files, and those declared with MapMiniK8s.</summary>
    public IReadOnlyList<ServiceDescriptor> Descriptors => _descriptors.Value;

    /// <summary>Adds descriptors of services that are not bound by generated code; before the first question only.</summary>
    public void Declare(IEnumerable<ServiceDescriptor> services) => _declared.AddRange(services);

    // Every service also has endpoints that answer "no such method"; those bear no method.
    private static IEnumerable<GrpcMethodMetadata> Methods(EndpointDataSource endpoints) =>
        endpoints.Endpoints.Select(endpoint => endpoint.Metadata.GetMetadata<GrpcMethodMetadata>()).OfType<GrpcMethodMetadata>();

    // The generated base class names the generated static class, which holds the descriptor.
    private static ServiceDescriptor? DescriptorOf(Type service) =>
        service.GetCustomAttribute<BindServiceMethodAttribute>(inherit: true)?.BindType
            .GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)?.GetValue(null) as ServiceDescriptor;
}
