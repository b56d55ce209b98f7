using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.ContainerConfigs;

/// <summary>The variables that tell a container of the Services there are [pkg/kubelet/envvars].</summary>
/// <remarks>
/// For redis-master at 10.0.0.11 with the port db, 6379/TCP: REDIS_MASTER_SERVICE_HOST, REDIS_MASTER_SERVICE_PORT, REDIS_MASTER_SERVICE_PORT_DB,
/// REDIS_MASTER_PORT=tcp://10.0.0.11:6379, and REDIS_MASTER_PORT_6379_TCP with its _PROTO, _PORT and _ADDR.
/// </remarks>
internal static class ServiceVariables
{
    private const string Master = "kubernetes";
    private const string MasterNamespace = "default";

    /// <summary>
    /// Those of the pod's namespace if it wants links, and always those of <c>kubernetes</c> in <c>default</c>, unless a service of that name in
    /// its own namespace stands before it.
    /// </summary>
    public static IEnumerable<Runtime.EnvVar> Of(IEnumerable<Service> services, string ns, bool wantsLinks)
    {
        var chosen = new SortedDictionary<string, Service>(StringComparer.Ordinal);
        foreach (var service in services.Where(HasClusterIp))
        {
            var (home, name) = (service.Metadata.Namespace, service.Metadata.Name);
            if (home == ns && wantsLinks) chosen[name] = service;
            else if (home == MasterNamespace && name == Master) chosen.TryAdd(name, service);
        }
        return chosen.Values.SelectMany(OfOne);
    }

    private static bool HasClusterIp(Service service) => service.Spec?.ClusterIp is not (null or "" or "None");

    private static IEnumerable<Runtime.EnvVar> OfOne(Service service)
    {
        if (service.Spec.Ports.Count == 0) yield break;
        var (prefix, ip, first) = (Name(service.Metadata.Name), service.Spec.ClusterIp, service.Spec.Ports[0]);
        yield return new($"{prefix}_SERVICE_HOST", ip);
        yield return new($"{prefix}_SERVICE_PORT", $"{first.Port}");
        foreach (var port in service.Spec.Ports.Where(p => p.Name.Length > 0)) yield return new($"{prefix}_SERVICE_PORT_{Name(port.Name)}", $"{port.Port}");
        yield return new($"{prefix}_PORT", Url(ip, first));
        foreach (var port in service.Spec.Ports)
        {
            var name = $"{prefix}_PORT_{port.Port}_{Protocol(port).ToUpperInvariant()}";
            yield return new(name, Url(ip, port));
            yield return new($"{name}_PROTO", Protocol(port));
            yield return new($"{name}_PORT", $"{port.Port}");
            yield return new($"{name}_ADDR", ip);
        }
    }

    private static string Url(string ip, ServicePort port) => $"{Protocol(port)}://{ip}:{port.Port}";

    private static string Protocol(ServicePort port) => port.Protocol.Length == 0 ? "tcp" : port.Protocol.ToLowerInvariant();

    private static string Name(string name) => name.ToUpperInvariant().Replace('-', '_');
}
