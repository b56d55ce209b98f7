using MiniK8s.Api.Errors;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer.Rest.Kubelets;

/// <summary>Where a node's kubelet listens, as the node's own status says.</summary>
internal static class KubeletAddress
{
    private const int DefaultPort = 10250;

    /// <summary><c>host:port</c>: the internal address, else the external one, else the host name.</summary>
    /// <exception cref="ApiException">500: the node has told no address.</exception>
    public static string Of(Node node)
    {
        string[] types = ["InternalIP", "ExternalIP", "Hostname"];
        var address = types.Select(type => node.Status?.Addresses.FirstOrDefault(known => known.Type == type)?.Address)
            .FirstOrDefault(known => !string.IsNullOrEmpty(known))
            ?? throw StatusErrors.Unclassified("no preferred addresses found; known addresses: []");
        var port = node.Status.DaemonEndpoints?.KubeletEndpoint?.Port is > 0 and var told ? told : DefaultPort;
        return address.Contains(':') ? $"[{address}]:{port}" : $"{address}:{port}";
    }
}
