using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ControllerManager.ServiceEndpoints;

/// <summary>The Endpoints that a service should have.</summary>
/// <remarks>
/// | the pod            | without publishNotReadyAddresses | with       |
/// |--------------------|----------------------------------|------------|
/// | is being deleted   | left out                         | addresses  |
/// | is ready           | addresses                        | addresses  |
/// | is not ready       | notReadyAddresses                | addresses  |
/// Pods with the same ports share a subset.
/// </remarks>
internal static class EndpointsPlan
{
    public static Endpoints Of(Service service, IReadOnlyList<Pod> pods)
    {
        var wanted = new Endpoints
        {
            Metadata = new ObjectMeta { Namespace = service.Metadata.Namespace, Name = service.Metadata.Name },
        };
        wanted.Metadata.Labels.Add(service.Metadata.Labels);
        if (service.IsHeadless()) wanted.Metadata.Labels[ServicePods.HeadlessLabel] = "";
        wanted.Subsets.Add(Subsets(service, pods));
        return wanted;
    }

    private static IEnumerable<EndpointSubset> Subsets(Service service, IReadOnlyList<Pod> pods) => pods
        .Where(pod => service.Spec.PublishNotReadyAddresses || pod.Metadata.DeletionTimestamp is null)
        .Select(pod => (Pod: pod, Ports: service.PortsOn(pod)))
        .Where(entry => entry.Ports.Count > 0 || (service.IsHeadless() && service.Spec.Ports.Count == 0))
        .GroupBy(entry => string.Join(",", entry.Ports), StringComparer.Ordinal)
        .OrderBy(group => group.Key, StringComparer.Ordinal)
        .Select(group => Subset(service, group.First().Ports, [.. group.Select(entry => entry.Pod)]));

    private static EndpointSubset Subset(Service service, IReadOnlyList<ResolvedPort> ports, IReadOnlyList<Pod> pods)
    {
        var subset = new EndpointSubset();
        foreach (var pod in pods.OrderBy(pod => pod.Status.PodIp, StringComparer.Ordinal))
        {
            var isReady = service.Spec.PublishNotReadyAddresses || pod.IsReady();
            (isReady ? subset.Addresses : subset.NotReadyAddresses).Add(Address(service, pod));
        }
        subset.Ports.Add(ports.Select(Port));
        return subset;
    }

    private static EndpointAddress Address(Service service, Pod pod)
    {
        var address = new EndpointAddress { Ip = pod.Status.PodIp, Hostname = pod.HostnameIn(service) ?? "", TargetRef = pod.Reference() };
        if (pod.Spec.NodeName.Length > 0) address.NodeName = pod.Spec.NodeName;
        return address;
    }

    private static EndpointPort Port(ResolvedPort port)
    {
        var endpointPort = new EndpointPort { Name = port.Name, Port = port.Number, Protocol = port.Protocol };
        if (port.AppProtocol is { } appProtocol) endpointPort.AppProtocol = appProtocol;
        return endpointPort;
    }
}
