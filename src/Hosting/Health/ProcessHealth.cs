namespace MiniK8s.Hosting.Health;

/// <summary>Whether this process can serve: the one truth behind gRPC health, <c>/readyz</c> and <c>/healthz</c>.</summary>
/// <remarks>
/// A process is ready when every gate is open. Two gates are the host's own: <c>startup</c> opens when all ports listen, <c>shutdown</c>
/// closes when the process begins to stop. Rooms add theirs (<c>recovery</c>, <c>storage</c>, <c>cache-sync</c>), closed at first, and
/// open them when they can do their work. Thread-safe; changes are seen at once by every watch.
/// </remarks>
public sealed class ProcessHealth
{
    private readonly Lock _lock = new();     // guards the two below
    private readonly SortedDictionary<string, string?> _gates = new(StringComparer.Ordinal) { ["startup"] = "starting" };
    private TaskCompletionSource _changed = NewSignal();

    /// <summary>Every gate with the reason why it is closed, or null when it is open; by name.</summary>
    public IReadOnlyList<KeyValuePair<string, string?>> Gates
    {
        get
        {
            lock (_lock) return [.. _gates];
        }
    }

    /// <summary>Whether every gate is open.</summary>
    public bool IsReady
    {
        get
        {
            lock (_lock) return _gates.Values.All(reason => reason is null);
        }
    }

    /// <summary>Closes a gate, adding it if it is new: the process is not ready, for that reason.</summary>
    public void Close(string gate, string reason) => Set(gate, reason);

    /// <summary>Opens a gate, adding it if it is new.</summary>
    public void Open(string gate) => Set(gate, null);

    /// <summary>Completes at the first change after this call. Ask before looking at the state, and no change is missed.</summary>
    public Task WaitForChangeAsync(CancellationToken cancellation)
    {
        lock (_lock) return _changed.Task.WaitAsync(cancellation);
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Set(string gate, string? reason)
    {
        lock (_lock)
        {
            if (_gates.TryGetValue(gate, out var before) && before == reason) return;
            _gates[gate] = reason;
            _changed.SetResult();
            _changed = NewSignal();
        }
    }
}
