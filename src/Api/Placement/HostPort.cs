using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Api.Placement;

/// <summary>A port of the node that a pod takes for itself.</summary>
/// <param name="Ip">Of the node's addresses; 0.0.0.0 for all.</param>
/// <param name="Protocol">TCP, UDP or SCTP.</param>
/// <param name="Port">1 to 65535.</param>
public readonly record struct HostPort(string Ip, string Protocol, int Port)
{
    /// <summary>All addresses.</summary>
    public const string AnyIp = "0.0.0.0";

    /// <summary>The host ports of the ordinary containers.</summary>
    public static IEnumerable<HostPort> Of(PodSpec spec) =>
        from container in spec.Containers
        from port in container.Ports
        where port.HostPort > 0
        select new HostPort(port.HostIp.Length > 0 ? port.HostIp : AnyIp, port.Protocol.Length > 0 ? port.Protocol : "TCP", port.HostPort);

    /// <summary>Whether the two cannot be on one node: same protocol and port, on one address or where either takes all addresses.</summary>
    public bool Conflicts(HostPort other) =>
        Protocol == other.Protocol && Port == other.Port && (Ip == other.Ip || Ip == AnyIp || other.Ip == AnyIp);
}
