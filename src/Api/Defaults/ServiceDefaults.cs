using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Api.Defaults;

/// <summary>What a Service leaves unsaid. Addresses are not given out here.</summary>
public static class ServiceDefaults
{
    private const int AffinitySeconds = 10800;

    /// <summary>Defaults a Service in place.</summary>
    public static void Apply(Service service)
    {
        var spec = service.Spec ??= new();
        spec.Type = PodDefaults.Or(spec.Type, "ClusterIP");
        spec.SessionAffinity = PodDefaults.Or(spec.SessionAffinity, "None");
        if (spec.SessionAffinity == "None") spec.SessionAffinityConfig = null;
        else if (spec.SessionAffinity == "ClientIP" && spec.SessionAffinityConfig?.ClientIp is not { HasTimeoutSeconds: true })
            spec.SessionAffinityConfig = new() { ClientIp = new() { TimeoutSeconds = AffinitySeconds } };
        foreach (var port in spec.Ports) Port(port);
        if (spec.Type is "NodePort" or "LoadBalancer" && spec.ExternalTrafficPolicy.Length == 0) spec.ExternalTrafficPolicy = "Cluster";
        if (spec.Type is "ClusterIP" or "NodePort" or "LoadBalancer" && !spec.HasInternalTrafficPolicy) spec.InternalTrafficPolicy = "Cluster";
        if (spec.Type == "LoadBalancer" && !spec.HasAllocateLoadBalancerNodePorts) spec.AllocateLoadBalancerNodePorts = true;
    }

    private static void Port(ServicePort port)
    {
        port.Protocol = PodDefaults.Or(port.Protocol, "TCP");
        if (port.TargetPort is null or { Type: 0, IntVal: 0 } or { Type: 1, StrVal: "" }) port.TargetPort = new() { IntVal = port.Port };
    }
}
