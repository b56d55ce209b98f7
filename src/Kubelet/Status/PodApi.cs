using MiniK8s.Api.Errors;
using MiniK8s.Client.Resources;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Kubelet.Status;

/// <summary><see cref="IPodApi"/> at the real apiserver.</summary>
internal sealed class PodApi(IApiClient api) : IPodApi
{
    private readonly IResourceClient<Pod> _pods = api.Resource<Pod>();

    public async Task<Pod?> GetAsync(string ns, string name, CancellationToken ct)
    {
        try
        {
            return await _pods.GetAsync(ns, name, ct);
        }
        catch (ApiException exception) when (exception.Status.Reason == "NotFound")
        {
            return null;
        }
    }

    public Task<Pod> CreateAsync(Pod mirror, CancellationToken ct) => _pods.CreateAsync(mirror, ct);

    public async Task<Pod?> TryUpdateStatusAsync(Pod pod, CancellationToken ct)
    {
        try
        {
            return await _pods.UpdateStatusAsync(pod, ct);
        }
        catch (ApiException exception) when (exception.Status.Reason is "NotFound" or "Conflict")
        {
            return null;
        }
    }

    public async Task DeleteAsync(string ns, string name, string uid, CancellationToken ct)
    {
        var options = new DeleteOptions { GracePeriodSeconds = 0, Preconditions = new Preconditions { Uid = uid } };
        try
        {
            await _pods.DeleteAsync(ns, name, options, ct);
        }
        catch (ApiException exception) when (exception.Status.Reason is "NotFound" or "Conflict")
        {
            // Gone, or a namesake stands there now: either way this pod is no more.
        }
    }
}
