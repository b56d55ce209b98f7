namespace MiniK8s.Kubelet.Simulation.Network;

/// <summary>
/// Hosts outside the cluster that answer ping and have names: a few famous ones, and those of a file in the form of /etc/hosts. The file
/// is read again when it
/// has changed, so a host can be made to appear while pods wait for it.
/// </summary>
internal sealed class OutsideWorld(string? hostsFile = null)
{
    private static readonly Dictionary<string, string> Famous = new(StringComparer.OrdinalIgnoreCase)
    {
        ["baidu.com"] = "39.156.66.10",
        ["www.baidu.com"] = "39.156.66.14",
        ["google.com"] = "142.250.80.46",
        ["www.google.com"] = "142.250.80.36",
        ["example.com"] = "93.184.215.14",
        ["kubernetes.io"] = "147.75.40.148",
        ["github.com"] = "140.82.121.4",
        ["one.one.one.one"] = "1.1.1.1",
        ["dns.google"] = "8.8.8.8",
        ["public1.114dns.com"] = "114.114.114.114",
    };

    private readonly Lock _gate = new();        // guards the two below
    private Dictionary<string, string> _own = new(StringComparer.OrdinalIgnoreCase);
    private DateTime _readAt;

    public bool Knows(string ip) => Famous.ContainsValue(ip) || Own().ContainsValue(ip);

    public IReadOnlyList<string> Resolve(string name) =>
        Own().TryGetValue(name, out var ip) || Famous.TryGetValue(name, out ip) ? [ip] : [];

    private Dictionary<string, string> Own()
    {
        if (hostsFile is null || !File.Exists(hostsFile)) return [];
        lock (_gate)
        {
            var changed = File.GetLastWriteTimeUtc(hostsFile);
            if (changed == _readAt) return _own;
            _readAt = changed;
            var hosts = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            foreach (var line in File.ReadLines(hostsFile))
            {
                var words = line.Split('#')[0].Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
                if (words.Length > 0) hosts[words[0]] = words[0];
                foreach (var name in words.Skip(1)) hosts[name] = words[0];
            }
            return _own = hosts;
        }
    }
}
