namespace MiniK8s.Kubelet.Shutdown;

/// <summary>How long a node waits for its pods before the machine goes off.</summary>
/// <param name="Others">For all pods but the critical ones, which go first.</param>
/// <param name="Critical">For pods of the system priority classes.</param>
internal sealed record ShutdownGrace(TimeSpan Others, TimeSpan Critical)
{
    /// <summary>Whether there is any; without it a machine goes off at once.</summary>
    public bool IsAny => Others + Critical > TimeSpan.Zero;
}
