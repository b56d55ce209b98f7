using MiniK8s.Api.Errors;
using MiniK8s.Client.Controllers;
using MiniK8s.Client.Events;
using MiniK8s.Client.Informers;
using MiniK8s.Client.Resources;
using MiniK8s.ControllerManager.Loops;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Discovery.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ControllerManager.ServiceEndpoints;

/// <summary>Keeps each selecting service's EndpointSlices as <see cref="EndpointSlicePlan"/> says, and removes those of services that are gone.</summary>
/// <remarks>There is no garbage collector yet, so the slices of a deleted service are removed here.</remarks>
internal sealed class EndpointSliceController : ServiceController
{
    private readonly IApiClient _api;
    private readonly IEventRecorder _events;
    private readonly IndexedCache<Node> _nodes;

    public EndpointSliceController(InformerSet informers, IApiClient api, IEventRecorder events, TimeProvider time, ILoggerFactory loggers)
        : base("endpointslice", informers, time, loggers)
    {
        (_api, _events) = (api, events);
        _nodes = informers.Of<Node>().Cache;
        informers.Of<EndpointSlice>().AddHandler(InformerHandler.ForAny<EndpointSlice>(slice =>
        {
            if (IsOurs(slice)) Queue.Add(new ObjectKey(slice.Metadata.Namespace, slice.Metadata.Labels[EndpointSlicePlan.ServiceLabel]));
        }));
    }

    public override async Task<Requeue> ReconcileAsync(ObjectKey key, CancellationToken ct)
    {
        var service = Services.Find(key);
        if (service is not null && !service.IsSelecting()) return Requeue.None;

        // From the server, not the cache: names are made there, so a slice not yet heard of would be made twice.
        var current = await ListAsync(key, ct);
        var changes = service is null
            ? new EndpointSliceChanges([], [], current)
            : EndpointSlicePlan.Of(service, ServicePods.Of(service, Pods), ZoneOf, current);
        try
        {
            await WriteAsync(changes, ct);
        }
        catch (ApiException refusal) when (refusal.IsNamespaceTerminating())
        {
            // They go with their namespace.
        }
        catch (ApiException refusal) when (service is not null && refusal.Status.Code is not (409 or 503 or 504))
        {
            _events.Record(service, EventTypes.Warning, "FailedToUpdateEndpointSlices",
                $"Error updating Endpoint Slices for Service {key}: {refusal.Message}");
            throw;
        }
        return Requeue.None;
    }

    private static bool IsOurs(EndpointSlice slice) =>
        slice.Metadata.Labels.TryGetValue(EndpointSlicePlan.ManagedByLabel, out var by) && by == EndpointSlicePlan.ManagedBy
        && slice.Metadata.Labels.ContainsKey(EndpointSlicePlan.ServiceLabel);

    private async Task<IReadOnlyList<EndpointSlice>> ListAsync(ObjectKey service, CancellationToken ct)
    {
        var selector = $"{EndpointSlicePlan.ServiceLabel}={service.Name},{EndpointSlicePlan.ManagedByLabel}={EndpointSlicePlan.ManagedBy}";
        return (await _api.Resource<EndpointSlice>().ListAsync(service.Namespace, new ListOptions { LabelSelector = selector }, ct)).Items;
    }

    private string? ZoneOf(string node) =>
        _nodes.Find("", node)?.Metadata.Labels.TryGetValue("topology.kubernetes.io/zone", out var zone) == true ? zone : null;

    private async Task WriteAsync(EndpointSliceChanges changes, CancellationToken ct)
    {
        var slices = _api.Resource<EndpointSlice>();
        foreach (var slice in changes.Create) await slices.CreateAsync(slice, ct);
        foreach (var slice in changes.Update) await slices.UpdateAsync(slice, ct);
        foreach (var slice in changes.Delete)
        {
            try
            {
                await slices.DeleteAsync(slice.Metadata.Namespace, slice.Metadata.Name, options: null, ct);
            }
            catch (ApiException refusal) when (refusal.Status.Code == 404)
            {
                // Gone already.
            }
        }
    }
}
