using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Simulation.Network;

namespace MiniK8s.Kubelet.Simulation;

/// <summary>A pod's sandbox: its address and what its containers have in common.</summary>
internal sealed class SimSandbox(string id, PodSandboxConfig config, NetworkNamespace network, DateTimeOffset createdAt)
{
    private int _stopped;

    public string Id { get; } = id;
    public PodSandboxConfig Config { get; } = config;
    public NetworkNamespace Network { get; } = network;
    public DateTimeOffset CreatedAt { get; } = createdAt;
    public bool IsReady => Volatile.Read(ref _stopped) == 0;

    /// <summary>True for the one call that stops it.</summary>
    public bool TryStop() => Interlocked.Exchange(ref _stopped, 1) == 0;

    public PodSandboxStatus Status() =>
        new(Id, Config, IsReady ? PodSandboxState.Ready : PodSandboxState.NotReady, Config.HostNetwork ? "" : Network.Ip, CreatedAt);
}
