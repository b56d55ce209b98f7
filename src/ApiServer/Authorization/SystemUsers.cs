namespace MiniK8s.ApiServer.Authorization;

/// <summary>The control plane's own users.</summary>
internal static class SystemUsers
{
    /// <summary>Those that run once in a cluster.</summary>
    public static IReadOnlyList<string> ControlPlane { get; } = ["system:kube-scheduler", "system:kube-controller-manager"];

    /// <summary>A user that is a process of the cluster: the above, or a node's kubelet.</summary>
    public static bool IsComponent(string user) => ControlPlane.Contains(user) || user.StartsWith(NodeIdentity.Prefix, StringComparison.Ordinal);
}
