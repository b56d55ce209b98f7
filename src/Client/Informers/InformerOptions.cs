using MiniK8s.Client.Reflection;

namespace MiniK8s.Client.Informers;

/// <summary>How an informer behaves under faults and load.</summary>
public sealed class InformerOptions
{
    /// <summary>Waits between failed passes.</summary>
    public BackoffOptions Backoff { get; set; } = new();

    /// <summary>How many changes may wait for one handler before the informer waits for it. At least 1, default 1000.</summary>
    public int HandlerQueueLimit { get; set; } = 1000;
}
