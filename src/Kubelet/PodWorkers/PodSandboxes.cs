using MiniK8s.Kubelet.References;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.PodWorkers;

/// <summary>What the runtime is told to make a pod's sandbox from.</summary>
internal sealed class PodSandboxes(Runtime.IContainerRuntime runtime, string nodeName, Runtime.DnsConfig clusterDns, IReferencedObjects objects, IPodEvents events)
{
    private const int HostnameLimit = 63;

    /// <summary>What the pod's resolv.conf had to leave out is told once a sandbox; 1.32 tells it anew with each look at the pod.</summary>
    /// <exception cref="Runtime.RuntimeException">The runtime could not make it, or nobody knows the pod's RuntimeClass.</exception>
    public async Task<Runtime.PodSandboxStatus> CreateAsync(Pod pod, int attempt, CancellationToken ct)
    {
        var dns = PodDns.Of(pod, clusterDns);
        foreach (var warning in dns.Warnings) events.Warning(pod, "DNSConfigForming", warning);
        var config = ConfigFor(pod, attempt, dns.Config) with { RuntimeHandler = await HandlerAsync(pod.Spec.RuntimeClassName, ct) };
        var id = await runtime.RunPodSandboxAsync(config, ct);
        return await runtime.PodSandboxStatusAsync(id, ct);
    }

    // A class that went after the pod had been let in.
    private async Task<string> HandlerAsync(string? runtimeClass, CancellationToken ct)
    {
        if (string.IsNullOrEmpty(runtimeClass)) return "";
        return (await objects.RuntimeClassAsync(runtimeClass, ct))?.Handler
            ?? throw new Runtime.RuntimeException(Runtime.RuntimeErrorCode.NotFound, $"runtimeclass.node.k8s.io \"{runtimeClass}\" not found");
    }

    private Runtime.PodSandboxConfig ConfigFor(Pod pod, int attempt, Runtime.DnsConfig dns) => new()
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
        RunAsUser = pod.Spec.SecurityContext is { HasRunAsUser: true } security ? security.RunAsUser : null,
        RunAsGroup = pod.Spec.SecurityContext is { HasRunAsGroup: true } group ? group.RunAsGroup : null,
        Dns = dns,
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
}
