namespace MiniK8s.Kubelet.Simulation.Network;

/// <summary>The addresses of pods that other kubelet processes run.</summary>
internal interface IFarAddresses
{
    /// <summary>Connects to a port of an address that nobody has here.</summary>
    /// <param name="from">The caller's end, ADDRESS:PORT.</param>
    Task<FarDial> DialAsync(string from, string ip, int port, CancellationToken ct);

    /// <summary>Whether somebody elsewhere has the address.</summary>
    Task<bool> AnswersPingAsync(string ip, CancellationToken ct);
}

/// <summary>What came of a call to another process.</summary>
/// <param name="IsThere">Somebody has the address; if not, or if its process cannot be reached, there is no route to it.</param>
/// <param name="Connection">Null where nobody listens on the port.</param>
internal readonly record struct FarDial(bool IsThere, Connection? Connection);
