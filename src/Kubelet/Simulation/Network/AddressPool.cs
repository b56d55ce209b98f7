using System.Globalization;
using System.Net;

namespace MiniK8s.Kubelet.Simulation.Network;

/// <summary>
/// Hands out the addresses 2–254 of a node's /24, the one longest unused first, so that a fresh pod does not get a dead one's at once.
/// </summary>
internal sealed class AddressPool
{
    private readonly Lock _gate = new();        // guards both
    private readonly HashSet<string> _used = [];
    private readonly string _prefix;
    private int _next = 2;

    /// <param name="cidr">For example <c>10.244.1.0/24</c>.</param>
    public AddressPool(string cidr)
    {
        var parts = cidr.Split('/')[0].Split('.');
        if (parts.Length != 4 || !cidr.EndsWith("/24", StringComparison.Ordinal)) throw new ArgumentException($"A pod range must be an IPv4 /24, and {cidr} is not.", nameof(cidr));
        _prefix = string.Join('.', parts[..3]);
    }

    /// <summary>The range of the n-th node: 10.244.0.0/24, 10.244.1.0/24 … 10.245.0.0/24 …; 3,072 of them.</summary>
    public static string CidrOf(int node) => string.Create(CultureInfo.InvariantCulture, $"10.{244 + (node / 256)}.{node % 256}.0/24");

    /// <summary>The n of the range that an address is in; null if it is no pod's.</summary>
    public static int? RangeOf(string ip) =>
        IPAddress.TryParse(ip, out var parsed) && parsed.GetAddressBytes() is [10, var second and >= 244, var third, _] ? ((second - 244) * 256) + third : null;

    /// <summary>Null when all are in use.</summary>
    public string? Take()
    {
        lock (_gate)
        {
            for (var tried = 0; tried < 253; tried++)
            {
                var ip = string.Create(CultureInfo.InvariantCulture, $"{_prefix}.{_next}");
                _next = _next == 254 ? 2 : _next + 1;
                if (_used.Add(ip)) return ip;
            }
            return null;
        }
    }

    /// <summary>Takes a particular one back into use, after a restart.</summary>
    public void Restore(string ip)
    {
        lock (_gate)
        {
            _used.Add(ip);
            if (ip.StartsWith(_prefix + ".", StringComparison.Ordinal) && int.TryParse(ip[(_prefix.Length + 1)..], out var last) && last >= _next && last < 254) _next = last + 1;
        }
    }

    public void Return(string ip)
    {
        lock (_gate) _used.Remove(ip);
    }
}
