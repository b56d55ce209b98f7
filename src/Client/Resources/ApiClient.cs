using System.Collections.Concurrent;

using Grpc.Core;

using MiniK8s.Protocol;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.V1;

namespace MiniK8s.Client.Resources;

/// <summary>The apiserver's gRPC face, as <see cref="IApiClient"/>.</summary>
public sealed class ApiClient(CallInvoker invoker, ApiClientOptions options, TimeProvider time) : IApiClient
{
    private readonly ApiCalls _calls = new(invoker, options, time);
    private readonly ConcurrentDictionary<Type, object> _resources = new();

    /// <inheritdoc />
    public IResourceClient<T> Resource<T>()
        where T : class, IApiObject =>
        (IResourceClient<T>)_resources.GetOrAdd(typeof(T), static (_, calls) =>
            new ResourceClient<T>(calls, ResourceService.Of(Activator.CreateInstance<T>().Descriptor)), _calls);

    /// <inheritdoc />
    public async Task BindAsync(Binding binding, CancellationToken ct)
    {
        var pods = ResourceService.Of(Pod.Descriptor);
        var request = new BindRequest { Namespace = binding.Metadata.Namespace, Binding = binding };
        await _calls.UnaryAsync(pods.Verb("Bind"), request, ct);
    }
}
