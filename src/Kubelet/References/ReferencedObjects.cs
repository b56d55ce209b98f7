using MiniK8s.Api.Errors;
using MiniK8s.Client.Resources;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Nodes.V1;

namespace MiniK8s.Kubelet.References;

/// <summary>Reads them from the apiserver, one GET each time: nothing here can be stale, and a node may not list them anyway.</summary>
internal sealed class ReferencedObjects(IApiClient api) : IReferencedObjects
{
    public Task<ConfigMap?> ConfigMapAsync(string ns, string name, CancellationToken ct) => FindAsync<ConfigMap>(ns, name, ct);

    public Task<Secret?> SecretAsync(string ns, string name, CancellationToken ct) => FindAsync<Secret>(ns, name, ct);

    public Task<RuntimeClass?> RuntimeClassAsync(string name, CancellationToken ct) => FindAsync<RuntimeClass>("", name, ct);

    private async Task<T?> FindAsync<T>(string ns, string name, CancellationToken ct)
        where T : class, IApiObject
    {
        try
        {
            return await api.Resource<T>().GetAsync(ns, name, ct);
        }
        catch (ApiException exception) when (exception.Reason == StatusReasons.NotFound)
        {
            return null;
        }
    }
}
