using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Discovery.V1;
using MiniK8s.Protocol.Meta.V1;

using Endpoint = MiniK8s.Protocol.Discovery.V1.Endpoint;
using EndpointPort = MiniK8s.Protocol.Discovery.V1.EndpointPort;

namespace MiniK8s.ControllerManager.ServiceEndpoints;

/// <summary>The EndpointSlices that a service should have, and how to come to them from those there are.</summary>
/// <remarks>
/// | condition   | of an endpoint                                                  |
/// |-------------|-----------------------------------------------------------------|
/// | serving     | the pod is ready                                                |
/// | terminating | the pod is being deleted                                        |
/// | ready       | serving and not terminating, or publishNotReadyAddresses        |
/// Pods with the same ports share slices of at most 100 endpoints, filled from the front by address. With no endpoints one empty slice stays.
/// Beyond 100 endpoints one that goes moves others between slices, where Kubernetes would leave a gap.
/// </remarks>
internal static class EndpointSlicePlan
{
    public const string ServiceLabel = "kubernetes.io/service-name";
    public const string ManagedByLabel = "endpointslice.kubernetes.io/managed-by";
    public const string ManagedBy = "endpointslice-controller.k8s.io";
    private const int MaxEndpoints = 100;

    /// <summary>The writes that are needed.</summary>
    public static EndpointSliceChanges Of(Service service, IReadOnlyList<Pod> pods, Func<string, string?> zoneOfNode, IReadOnlyList<EndpointSlice> current)
    {
        var spare = current.OrderBy(slice => slice.Metadata.Name, StringComparer.Ordinal).ToList();
        var (create, update) = (new List<EndpointSlice>(), new List<EndpointSlice>());
        foreach (var wanted in Wanted(service, pods, zoneOfNode))
        {
            var like = spare.FirstOrDefault(slice => slice.AddressType == wanted.AddressType && slice.Ports.Equals(wanted.Ports))
                ?? spare.FirstOrDefault(slice => slice.AddressType == wanted.AddressType);
            if (like is null) { create.Add(wanted); continue; }
            spare.Remove(like);
            if (!IsSame(like, wanted)) update.Add(Changed(like, wanted));
        }
        return new EndpointSliceChanges(create, update, spare);
    }

    private static IEnumerable<EndpointSlice> Wanted(Service service, IReadOnlyList<Pod> pods, Func<string, string?> zoneOfNode)
    {
        var slices = pods
            .GroupBy(pod => string.Join(",", service.PortsOn(pod)), StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .SelectMany(group => group
                .OrderBy(pod => pod.Status.PodIp, StringComparer.Ordinal)
                .Chunk(MaxEndpoints)
                .Select(chunk => Slice(service, service.PortsOn(chunk[0]), chunk.Select(pod => EndpointOf(service, pod, zoneOfNode)))))
            .ToList();
        return slices.Count > 0 ? slices : [Slice(service, [], [])];
    }

    private static EndpointSlice Slice(Service service, IReadOnlyList<ResolvedPort> ports, IEnumerable<Endpoint> endpoints)
    {
        var slice = new EndpointSlice
        {
            Metadata = new ObjectMeta
            {
                Namespace = service.Metadata.Namespace,
                GenerateName = service.Metadata.Name + "-",
                OwnerReferences = { Owner(service) },
            },
            AddressType = service.Spec.IpFamilies.FirstOrDefault("IPv4"),
        };
        slice.Metadata.Labels.Add(service.Metadata.Labels);
        slice.Metadata.Labels[ServiceLabel] = service.Metadata.Name;
        slice.Metadata.Labels[ManagedByLabel] = ManagedBy;
        if (service.IsHeadless()) slice.Metadata.Labels[ServicePods.HeadlessLabel] = "";
        slice.Ports.Add(ports.Select(Port));
        slice.Endpoints.Add(endpoints);
        return slice;
    }

    private static OwnerReference Owner(Service service) => new()
    {
        ApiVersion = "v1",
        Kind = "Service",
        Name = service.Metadata.Name,
        Uid = service.Metadata.Uid,
        Controller = true,
        BlockOwnerDeletion = true,
    };

    private static EndpointPort Port(ResolvedPort port)
    {
        var endpointPort = new EndpointPort { Name = port.Name, Port = port.Number, Protocol = port.Protocol };
        if (port.AppProtocol is { } appProtocol) endpointPort.AppProtocol = appProtocol;
        return endpointPort;
    }

    private static Endpoint EndpointOf(Service service, Pod pod, Func<string, string?> zoneOfNode)
    {
        var (serving, terminating) = (pod.IsReady(), pod.Metadata.DeletionTimestamp is not null);
        var endpoint = new Endpoint
        {
            Addresses = { pod.Status.PodIp },
            Conditions = new EndpointConditions
            {
                Ready = service.Spec.PublishNotReadyAddresses || (serving && !terminating),
                Serving = serving,
                Terminating = terminating,
            },
            TargetRef = pod.Reference(),
        };
        if (pod.Spec.NodeName.Length > 0) endpoint.NodeName = pod.Spec.NodeName;
        if (zoneOfNode(pod.Spec.NodeName) is { } zone) endpoint.Zone = zone;
        if (pod.HostnameIn(service) is { } hostname) endpoint.Hostname = hostname;
        return endpoint;
    }

    private static bool IsSame(EndpointSlice current, EndpointSlice wanted) =>
        current.Endpoints.Equals(wanted.Endpoints)
        && current.Ports.Equals(wanted.Ports)
        && current.Metadata.Labels.Equals(wanted.Metadata.Labels);

    private static EndpointSlice Changed(EndpointSlice current, EndpointSlice wanted)
    {
        var changed = wanted.Clone();
        changed.Metadata = current.Metadata.Clone();
        changed.Metadata.Labels.Clear();
        changed.Metadata.Labels.Add(wanted.Metadata.Labels);
        return changed;
    }
}

/// <summary>The writes that bring a service's slices to what they should be.</summary>
internal sealed record EndpointSliceChanges(
    IReadOnlyList<EndpointSlice> Create, IReadOnlyList<EndpointSlice> Update, IReadOnlyList<EndpointSlice> Delete);
