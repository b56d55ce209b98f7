namespace MiniK8s.Kubelet.Node;

/// <summary>The cluster's name service as pods are told of it.</summary>
internal static class ClusterDns
{
    /// <summary>Without the pod's own namespace, which comes first in the search list.</summary>
    public static Runtime.DnsConfig Config { get; } = new(["10.96.0.10"], ["svc.cluster.local", "cluster.local"], ["ndots:5"]);
}
