using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.PodWorkers;

/// <summary>What the runtime is told to make a pod's sandbox from.</summary>
internal sealed class PodSandboxes(Runtime.IContainerRuntime runtime, string nodeName, Runtime.DnsConfig clusterDns)
{
    private const int HostnameLimit = 63;

    /// <exception cref="Runtime.RuntimeException">The runtime could not make it.</exception>
    public async Task<Runtime.PodSandboxStatus> CreateAsync(Pod pod, int attempt, CancellationToken ct)
    {
        var id = await runtime.RunPodSandboxAsync(ConfigFor(pod, attempt), ct);
        return await runtime.PodSandboxStatusAsync(id, ct);
    }

    /// <summary>The configuration, from the pod's specification alone.</summary>
    public Runtime.PodSandboxConfig ConfigFor(Pod pod, int attempt) => new()
    {
        Name = pod.Metadata.Name,
        Namespace = pod.Metadata.Namespace,
        Uid = pod.Metadata.Uid,
        Attempt = attempt,
        Hostname = Hostname(pod),
        Labels = pod.Metadata.Labels,
        Annotations = pod.Metadata.Annotations,
        HostNetwork = pod.Spec.HostNetwork,
        ShareProcessNamespace = pod.Spec.ShareProcessNamespace,
        Dns = Dns(pod),
        PortMappings =
        [
            .. pod.Spec.Containers.SelectMany(c => c.Ports).Where(p => p.HostPort != 0)
                .Select(p => new Runtime.PortMapping(p.HostPort, p.ContainerPort_, p.Protocol.Length > 0 ? p.Protocol : "TCP", p.HostIp)),
        ],
    };

    private string Hostname(Pod pod)
    {
        if (pod.Spec.HostNetwork) return nodeName;
        var name = pod.Spec.Hostname.Length > 0 ? pod.Spec.Hostname : pod.Metadata.Name;
        return (name.Length > HostnameLimit ? name[..HostnameLimit] : name).TrimEnd('-', '.');
    }

    private Runtime.DnsConfig Dns(Pod pod)
    {
        var isClusterFirst = pod.Spec.DnsPolicy is "ClusterFirstWithHostNet" || (pod.Spec.DnsPolicy is "ClusterFirst" or "" && !pod.Spec.HostNetwork);
        var basis = isClusterFirst
            ? clusterDns with { Searches = [$"{pod.Metadata.Namespace}.svc.cluster.local", .. clusterDns.Searches] }
            : Runtime.DnsConfig.None;
        if (pod.Spec.DnsConfig is not { } own) return basis;
        return new Runtime.DnsConfig(
            [.. basis.Servers.Concat(own.Nameservers).Distinct()],
            [.. basis.Searches.Concat(own.Searches).Distinct()],
            [.. basis.Options.Concat(own.Options.Select(o => o.HasValue ? $"{o.Name}:{o.Value}" : o.Name)).Distinct()]);
    }
}
