using MiniK8s.Api.Errors;
using MiniK8s.Client.Controllers;
using MiniK8s.Client.Events;
using MiniK8s.Client.Informers;
using MiniK8s.Client.Resources;
using MiniK8s.ControllerManager.Loops;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ControllerManager.ServiceEndpoints;

/// <summary>Keeps each selecting service's Endpoints as <see cref="EndpointsPlan"/> says, and removes those of services that are gone.</summary>
internal sealed class EndpointsController : ServiceController
{
    private readonly IApiClient _api;
    private readonly IEventRecorder _events;
    private readonly IndexedCache<Endpoints> _endpoints;

    public EndpointsController(InformerSet informers, IApiClient api, IEventRecorder events, TimeProvider time, ILoggerFactory loggers)
        : base("endpoint", informers, time, loggers)
    {
        (_api, _events) = (api, events);
        _endpoints = informers.Of<Endpoints>().Cache;
        informers.Of<Endpoints>().AddHandler(InformerHandler.ForAny<Endpoints>(endpoints => Queue.Add(ObjectKey.Of(endpoints))));
    }

    public override async Task<Requeue> ReconcileAsync(ObjectKey key, CancellationToken ct)
    {
        var service = Services.Find(key);
        var current = _endpoints.Find(key);
        if (service is null && current is not null && WasForService(current)) await DeleteAsync(current, ct);
        if (service?.IsSelecting() != true) return Requeue.None;

        var wanted = EndpointsPlan.Of(service, ServicePods.Of(service, Pods));
        if (current is null) await TryAsync(wanted, "FailedToCreateEndpoint", "create endpoint for service", () => CreateAsync(wanted, ct));
        else if (!IsSame(current, wanted)) await TryAsync(wanted, "FailedToUpdateEndpoint", "update endpoint", () => UpdateAsync(current, wanted, ct));
        return Requeue.None;
    }

    // Endpoints that users made for a service without a selector, and those of the apiserver, are not ours to remove.
    private static bool WasForService(Endpoints endpoints) => endpoints.Subsets
        .SelectMany(subset => subset.Addresses.Concat(subset.NotReadyAddresses))
        .All(address => address.TargetRef is { Kind: "Pod" })
        && endpoints.Metadata is not { Namespace: "default", Name: "kubernetes" };

    private static bool IsSame(Endpoints current, Endpoints wanted) =>
        current.Subsets.Equals(wanted.Subsets) && current.Metadata.Labels.Equals(wanted.Metadata.Labels);

    private Task CreateAsync(Endpoints wanted, CancellationToken ct) => _api.Resource<Endpoints>().CreateAsync(wanted, ct);

    private Task UpdateAsync(Endpoints current, Endpoints wanted, CancellationToken ct)
    {
        var changed = current.Clone();
        changed.Metadata.Labels.Clear();
        changed.Metadata.Labels.Add(wanted.Metadata.Labels);
        changed.Subsets.Clear();
        changed.Subsets.Add(wanted.Subsets);
        return _api.Resource<Endpoints>().UpdateAsync(changed, ct);
    }

    private async Task DeleteAsync(Endpoints endpoints, CancellationToken ct)
    {
        try
        {
            await _api.Resource<Endpoints>().DeleteAsync(endpoints.Metadata.Namespace, endpoints.Metadata.Name, options: null, ct);
        }
        catch (ApiException refusal) when (refusal.Status.Code == 404)
        {
            // Gone already.
        }
    }

    private async Task TryAsync(Endpoints wanted, string reason, string what, Func<Task> write)
    {
        try
        {
            await write();
        }
        catch (ApiException refusal) when (refusal.IsNamespaceTerminating())
        {
            // They go with their namespace.
        }
        catch (ApiException refusal) when (refusal.Status.Code is not (409 or 503 or 504))
        {
            _events.Record(wanted, EventTypes.Warning, reason, $"Failed to {what} {ObjectKey.Of(wanted)}: {refusal.Message}");
            throw;
        }
    }
}
