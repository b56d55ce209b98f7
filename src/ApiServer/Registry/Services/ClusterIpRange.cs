using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace MiniK8s.ApiServer.Registry.Services;

/// <summary>The addresses Services get. The first one is the apiserver's own, the last one is not used.</summary>
internal sealed class ClusterIpRange
{
    private readonly uint _first;

    /// <summary>A range such as 10.96.0.0/16, of at least four addresses.</summary>
    public ClusterIpRange(string cidr)
    {
        var network = IPNetwork.Parse(cidr);
        if (network.BaseAddress.AddressFamily != AddressFamily.InterNetwork || network.PrefixLength > 30)
        {
            throw new FormatException($"{cidr} is no IPv4 range of at least four addresses");
        }
        Network = network;
        _first = BinaryPrimitives.ReadUInt32BigEndian(network.BaseAddress.GetAddressBytes()) + 1;
        Count = (int)((1u << (32 - network.PrefixLength)) - 2);
    }

    /// <summary>The range.</summary>
    public IPNetwork Network { get; }

    /// <summary>How many addresses can be given.</summary>
    public int Count { get; }

    /// <summary>The address of the Service "kubernetes".</summary>
    public string First => At(0);

    /// <summary>The n-th usable address, from 0.</summary>
    public string At(int index)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, _first + (uint)index);
        return new IPAddress(bytes).ToString();
    }

    /// <summary>Whether an address can be given.</summary>
    public bool Contains(string address) => IPAddress.TryParse(address, out var ip) && Network.Contains(ip);
}
