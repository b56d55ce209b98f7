using MiniK8s.Client.Informers;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.IntStr;

namespace MiniK8s.ControllerManager.ServiceEndpoints;

/// <summary>Which pods stand behind a service, and on which ports.</summary>
internal static class ServicePods
{
    public const string HeadlessLabel = "service.kubernetes.io/headless";

    /// <summary>Whether the service's endpoints are ours to keep.</summary>
    public static bool IsSelecting(this Service service) => service.Spec is { Type: not "ExternalName", Selector.Count: > 0 };

    public static bool IsHeadless(this Service service) => service.Spec.ClusterIp == "None";

    /// <summary>Whether the service wants that pod.</summary>
    public static bool Selects(this Service service, Pod pod) =>
        service.IsSelecting()
        && service.Spec.Selector.All(wanted => pod.Metadata.Labels.TryGetValue(wanted.Key, out var value) && value == wanted.Value);

    /// <summary>The selected pods that have an address and have not ended, by name.</summary>
    public static IReadOnlyList<Pod> Of(Service service, IndexedCache<Pod> pods) =>
    [
        .. pods.ListNamespace(service.Metadata.Namespace)
            .Where(pod => service.Selects(pod) && pod.Status is { PodIp.Length: > 0, Phase: not ("Succeeded" or "Failed") })
            .OrderBy(pod => pod.Metadata.Name, StringComparer.Ordinal),
    ];

    public static bool IsReady(this Pod pod) =>
        pod.Status?.Conditions.Any(condition => condition is { Type: "Ready", Status: "True" }) == true;

    /// <summary>The service's ports as this pod has them; a port named by the service but not by the pod is left out.</summary>
    public static IReadOnlyList<ResolvedPort> PortsOn(this Service service, Pod pod) =>
    [
        .. from port in service.Spec.Ports
           let number = Resolve(port, pod)
           where number is not null
           select new ResolvedPort(
               port.Name, number.Value, port.Protocol.Length > 0 ? port.Protocol : "TCP", port.HasAppProtocol ? port.AppProtocol : null),
    ];

    /// <summary>The host name that the pod has within the service; null for none.</summary>
    public static string? HostnameIn(this Pod pod, Service service) =>
        pod.Spec.Hostname.Length > 0 && pod.Spec.Subdomain == service.Metadata.Name ? pod.Spec.Hostname : null;

    public static ObjectReference Reference(this Pod pod) => new()
    {
        Kind = "Pod",
        Namespace = pod.Metadata.Namespace,
        Name = pod.Metadata.Name,
        Uid = pod.Metadata.Uid,
    };

    private static int? Resolve(ServicePort port, Pod pod)
    {
        const long IsText = 1;
        if (port.TargetPort is not { Type: IsText } byName) return NumberOr(port.TargetPort, port.Port);
        return pod.Spec.Containers.SelectMany(container => container.Ports)
            .FirstOrDefault(candidate => candidate.Name == byName.StrVal && Same(candidate.Protocol, port.Protocol))?.ContainerPort_;
    }

    private static int NumberOr(IntOrString? target, int port) => target is { IntVal: > 0 } ? target.IntVal : port;

    private static bool Same(string a, string b) => (a.Length > 0 ? a : "TCP") == (b.Length > 0 ? b : "TCP");
}

/// <summary>A service's port on one pod.</summary>
internal sealed record ResolvedPort(string Name, int Number, string Protocol, string? AppProtocol);
