using MiniK8s.Protocol;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Client.Resources;

/// <summary>Everything a process says to its apiserver. Thread-safe; refusals are <see cref="MiniK8s.Api.Errors.ApiException"/>.</summary>
public interface IApiClient
{
    /// <summary>The verbs of one kind.</summary>
    IResourceClient<T> Resource<T>()
        where T : class, IApiObject;

    /// <summary>Assigns a pod to a node, once and for all.</summary>
    /// <param name="binding">Its metadata names the pod (and, with a uid, insists on it), its target the node.</param>
    /// <param name="ct">Cancelling leaves open whether the pod was bound.</param>
    Task BindAsync(Binding binding, CancellationToken ct);
}
