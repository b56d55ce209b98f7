using System.Reflection;

using Google.Protobuf.Reflection;

using MiniK8s.Api.Objects;
using MiniK8s.Protocol.V1;

using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace MiniK8s.ApiServer.Services;

/// <summary>The typed services of protos/minik8s/v1, one per kind, found by what their Get returns. A new kind needs no line here.</summary>
internal static class ServiceCatalogue
{
    /// <summary>Each service with its kind.</summary>
    public static IReadOnlyList<(ServiceDescriptor Service, ApiKind Kind)> All { get; } = [.. Find()];

    private static IEnumerable<(ServiceDescriptor, ApiKind)> Find() =>
        from type in typeof(GetRequest).Assembly.GetTypes()
        where type.Namespace == typeof(GetRequest).Namespace && type.Name.EndsWith("Reflection", StringComparison.Ordinal)
        let file = (FileDescriptor)type.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!
        from service in file.Services
        let get = service.FindMethodByName("Get")
        where get is not null && ApiKinds.TryGet(get.OutputType.ClrType, out _)
        orderby service.FullName
        select (service, ApiKinds.TryGet(get.OutputType.ClrType, out var kind) ? kind : null!);
}
