using System.Text;

using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.ContainerConfigs;

/// <summary>A pod's /etc/hosts [pkg/kubelet/kubelet_pods.go].</summary>
internal static class HostsFile
{
    private const string Localhost =
        "127.0.0.1\tlocalhost\n" +
        "::1\tlocalhost ip6-localhost ip6-loopback\n" +
        "fe00::0\tip6-localnet\n" +
        "fe00::0\tip6-mcastprefix\n" +
        "fe00::1\tip6-allnodes\n" +
        "fe00::2\tip6-allrouters\n";

    /// <param name="pod">Its subdomain, host network and aliases.</param>
    /// <param name="hostname">The sandbox's.</param>
    /// <param name="ip">The pod's; empty gives no line for it.</param>
    public static string Of(Pod pod, string hostname, string ip)
    {
        var text = new StringBuilder(pod.Spec.HostNetwork ? "# Kubernetes-managed hosts file (host network).\n" : "# Kubernetes-managed hosts file.\n");
        text.Append(Localhost);
        if (ip.Length > 0 && !pod.Spec.HostNetwork) text.Append($"{ip}\t{Names(pod, hostname)}\n");
        if (pod.Spec.HostAliases.Count == 0) return text.ToString();

        text.Append("\n# Entries added by HostAliases.\n");
        foreach (var alias in pod.Spec.HostAliases) text.Append($"{alias.Ip}\t{string.Join('\t', alias.Hostnames)}\n");
        return text.ToString();
    }

    private static string Names(Pod pod, string hostname) =>
        pod.Spec.Subdomain.Length == 0 ? hostname : $"{hostname}.{pod.Spec.Subdomain}.{pod.Metadata.Namespace}.svc.cluster.local\t{hostname}";
}
