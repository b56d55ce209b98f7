using System.Net;
using System.Net.Sockets;

namespace MiniK8s.Kubelet.Node;

/// <summary>The address at which others reach this machine's nodes, when nobody has said.</summary>
internal static class OwnAddress
{
    /// <summary>What the process listens on; where that is every address, the first one that this machine's own name stands for.</summary>
    public static async Task<IPAddress> FindAsync(IPAddress bindAddress, CancellationToken ct)
    {
        if (!bindAddress.Equals(IPAddress.Any) && !bindAddress.Equals(IPAddress.IPv6Any)) return bindAddress;
        var own = await Dns.GetHostAddressesAsync(Dns.GetHostName(), AddressFamily.InterNetwork, ct);
        return own.FirstOrDefault(address => !IPAddress.IsLoopback(address)) ?? IPAddress.Loopback;
    }
}
