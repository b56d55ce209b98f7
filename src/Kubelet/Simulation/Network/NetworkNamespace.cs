using MiniK8s.Api.Placement;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Network;

/// <summary>One address with its ports: a pod's, shared by its containers, or a node's.</summary>
internal sealed class NetworkNamespace(VirtualNetwork network, string ip)
{
    private const string Tcp = "TCP";

    private readonly Lock _gate = new();        // guards both below; never held while another namespace's is taken
    private readonly Dictionary<int, Listener> _listeners = [];
    private readonly List<(HostPort At, NetworkNamespace To, int Port)> _forwards = [];

    public VirtualNetwork Network { get; } = network;
    public string Ip { get; } = ip;

    /// <summary>/etc/resolv.conf's search list, tried for names with few dots.</summary>
    public IReadOnlyList<string> Searches { get; init; } = [];

    /// <summary>The addresses of /etc/resolv.conf.</summary>
    public IReadOnlyList<string> NameServers { get; init; } = [];

    public IReadOnlyList<Listener> Listeners
    {
        get { lock (_gate) return [.. _listeners.Values]; }
    }

    /// <exception cref="FileError">Address already in use.</exception>
    public void Listen(Listener listener)
    {
        lock (_gate)
            if (!_listeners.TryAdd(listener.Port, listener)) throw new FileError("Address already in use");
    }

    public void Close(Listener listener)
    {
        lock (_gate)
            if (_listeners.TryGetValue(listener.Port, out var open) && ReferenceEquals(open, listener)) _listeners.Remove(listener.Port);
    }

    public void CloseListenersOf(SimProcess owner)
    {
        lock (_gate)
        {
            if (_listeners.Count == 0) return;
            foreach (var port in _listeners.Where(l => l.Value.Owner == owner).Select(l => l.Key).ToArray()) _listeners.Remove(port);
        }
    }

    /// <summary>Host ports: a port of this address that leads to a pod's. False if it is taken.</summary>
    public bool TryForward(HostPort at, NetworkNamespace to, int toPort)
    {
        lock (_gate)
        {
            if ((at.Protocol == Tcp && _listeners.ContainsKey(at.Port)) || _forwards.Exists(forward => forward.At.Conflicts(at))) return false;
            _forwards.Add((at, to, toPort));
            return true;
        }
    }

    public void RemoveForwardsTo(NetworkNamespace to)
    {
        lock (_gate) _forwards.RemoveAll(forward => forward.To == to);
    }

    public Listener? Find(int port)
    {
        NetworkNamespace? to;
        int toPort;
        lock (_gate)
        {
            if (_listeners.TryGetValue(port, out var listener)) return listener;
            // One for this address, or for all, before one for another address of the node, such as 127.0.0.1.
            (_, to, toPort) = _forwards.Where(forward => forward.At.Protocol == Tcp && forward.At.Port == port)
                .OrderByDescending(forward => forward.At.Conflicts(new HostPort(Ip, Tcp, port))).FirstOrDefault();
        }
        return to?.Find(toPort);
    }
}
