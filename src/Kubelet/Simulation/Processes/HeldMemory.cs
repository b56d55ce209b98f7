namespace MiniK8s.Kubelet.Simulation.Processes;

/// <summary>Memory that a process has taken for a while (<see cref="SimProcess.Holding"/>).</summary>
internal readonly struct HeldMemory(SimProcess owner, long bytes) : IDisposable
{
    /// <summary>What is smaller costs more to count than to hold.</summary>
    public const long Least = 4096;

    public void Dispose() => owner?.Hold(-bytes);
}
