using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer.Rest.Tables;

internal sealed class ServiceTable() : KindTable<Service>(
    Service.Descriptor,
    TableColumn.ObjectName,
    new("Type", "ClusterIP, NodePort, LoadBalancer or ExternalName."),
    new("Cluster-IP", "The address inside the cluster; None for a headless service."),
    new("External-IP", "The addresses outside the cluster, or the name it stands for."),
    new("Port(s)", "The ports it listens on, with the node's port where there is one."),
    TableColumn.Age,
    new("Selector", "Which pods stand behind it.", Priority: 1))
{
    protected override TableRow Row(Service obj, DateTimeOffset now)
    {
        var spec = obj.Spec ?? new ServiceSpec();
        return new([
            Name(obj), spec.Type, spec.ClusterIps.FirstOrDefault() ?? None, ExternalIp(spec, obj.Status),
            OrNone(string.Join(',', spec.Ports.Select(Port))), Age(obj, now), Selector(spec)]);
    }

    private static string ExternalIp(ServiceSpec spec, ServiceStatus? status) => spec.Type switch
    {
        "ClusterIP" or "NodePort" => OrNone(string.Join(',', spec.ExternalIps)),
        "LoadBalancer" => OrPending(string.Join(',', Ingresses(status).Concat(spec.ExternalIps))),
        "ExternalName" => spec.ExternalName,
        _ => HumanDuration.Unknown,
    };

    private static IEnumerable<string> Ingresses(ServiceStatus? status) =>
        (status?.LoadBalancer?.Ingress ?? [])
        .Select(ingress => ingress.Ip.Length > 0 ? ingress.Ip : ingress.Hostname)
        .Where(address => address.Length > 0)
        .Distinct()
        .Order(StringComparer.Ordinal);

    private static string OrPending(string addresses) => addresses.Length == 0 ? "<pending>" : addresses;

    private static string Port(ServicePort port) =>
        port.NodePort > 0 ? $"{port.Port}:{port.NodePort}/{port.Protocol}" : $"{port.Port}/{port.Protocol}";

    private static string Selector(ServiceSpec spec) =>
        OrNone(string.Join(',', spec.Selector.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}")));
}
