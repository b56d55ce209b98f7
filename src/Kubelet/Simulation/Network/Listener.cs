using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Network;

/// <summary>What a process does with connections to a port.</summary>
/// <param name="Owner">The listener goes when this process does.</param>
/// <param name="Port">1–65535.</param>
/// <param name="Serve">Runs for each connection until it is done with it; the connection is closed after that.</param>
internal sealed record Listener(SimProcess Owner, int Port, Func<Connection, CancellationToken, Task> Serve)
{
    /// <summary>Answers grpc.health.v1.Health/Check by service name; null: no gRPC here.</summary>
    public Func<string, GrpcHealthStatus>? GrpcHealth { get; init; }
}
