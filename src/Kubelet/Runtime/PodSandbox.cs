namespace MiniK8s.Kubelet.Runtime;

/// <summary>What a sandbox is made from. <see cref="Uid"/> is the pod's; <see cref="Attempt"/> counts the pod's sandboxes from 0.</summary>
internal sealed record PodSandboxConfig
{
    public required string Name { get; init; }
    public required string Namespace { get; init; }
    public required string Uid { get; init; }
    public int Attempt { get; init; }

    /// <summary>The host name inside; the kubelet has already cut it to 63 characters.</summary>
    public string Hostname { get; init; } = "";

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();

    /// <summary>The RuntimeClass's handler; empty is the runtime's default.</summary>
    public string RuntimeHandler { get; init; } = "";

    /// <summary>Shares the node's address and ports instead of getting a pod IP.</summary>
    public bool HostNetwork { get; init; }

    /// <summary>shareProcessNamespace: one process table for all containers, with the pause process as 1.</summary>
    public bool ShareProcessNamespace { get; init; }

    /// <summary>Whom the pause process runs as: the pod's; null is its image's.</summary>
    public long? RunAsUser { get; init; }

    public long? RunAsGroup { get; init; }

    public DnsConfig Dns { get; init; } = DnsConfig.None;

    /// <summary>Host ports; two sandboxes of a node cannot hold the same one.</summary>
    public IReadOnlyList<PortMapping> PortMappings { get; init; } = [];
}

/// <summary>Becomes /etc/resolv.conf in every container of the pod.</summary>
internal sealed record DnsConfig(IReadOnlyList<string> Servers, IReadOnlyList<string> Searches, IReadOnlyList<string> Options)
{
    public static DnsConfig None { get; } = new([], [], []);
}

/// <summary>A container port that is reachable at the node's address too.</summary>
/// <param name="HostIp">The node's address that it is for; empty is all.</param>
internal sealed record PortMapping(int HostPort, int ContainerPort, string Protocol = "TCP", string HostIp = "");

internal enum PodSandboxState
{
    Ready,
    NotReady,
}

/// <summary>
/// A sandbox as it is now. <see cref="Ip"/> is empty for a host network pod; a stopped sandbox keeps showing the address it had.
/// </summary>
internal sealed record PodSandboxStatus(string Id, PodSandboxConfig Config, PodSandboxState State, string Ip, DateTimeOffset CreatedAt);
