using MiniK8s.Api.Errors;

namespace MiniK8s.Scheduler.Framework;

/// <summary>What the wait for permission came to.</summary>
/// <param name="Status">Success when all plugins have allowed the pod, else the rejection.</param>
/// <param name="Plugin">Who rejected it; "" for no plugin.</param>
internal readonly record struct WaitVerdict(Status Status, string Plugin);

/// <summary>A pod that has a node and waits for the leave of permit plugins. The first rejection decides, or the last plugin's leave; what comes later does nothing. Thread-safe.</summary>
/// <param name="pod">As it was tried.</param>
/// <param name="decided">Told once.</param>
internal sealed class WaitingPod(PodInfo pod, Action<WaitVerdict> decided)
{
    private readonly Lock _lock = new();     // guards what follows; a leaf
    private readonly Dictionary<string, ITimer> _pending = [];     // the end of each plugin's time
    private bool _isDecided;

    public PodInfo Pod { get; } = pod;

    /// <summary>The plugins that have not allowed it yet.</summary>
    public IReadOnlyList<string> PendingPlugins
    {
        get { lock (_lock) return [.. _pending.Keys]; }
    }

    /// <summary>Whether it waits no longer.</summary>
    public bool IsDecided
    {
        get { lock (_lock) return _isDecided; }
    }

    /// <summary>The plugin lets the pod be bound.</summary>
    public void Allow(string plugin)
    {
        lock (_lock)
        {
            if (_isDecided) return;
            if (_pending.Remove(plugin, out var timer)) timer.Dispose();
            if (_pending.Count > 0) return;
            _isDecided = true;
        }
        decided(new WaitVerdict(Status.Success, ""));
    }

    /// <summary>The pod is not bound, and goes back to wait. Says whether that was still to be decided.</summary>
    public bool Reject(string plugin, string message)
    {
        lock (_lock)
        {
            if (_isDecided) return false;
            _isDecided = true;
            foreach (var timer in _pending.Values) timer.Dispose();
        }
        decided(new WaitVerdict(Status.Unschedulable(message), plugin));
        return true;
    }

    /// <summary>Each plugin's time begins.</summary>
    internal void Start(IEnumerable<(string Plugin, TimeSpan Timeout)> plugins, TimeProvider time)
    {
        lock (_lock)
        {
            foreach (var (plugin, timeout) in plugins)
            {
                _pending.Add(plugin, time.CreateTimer(
                    _ => Reject(plugin, $"rejected due to timeout after waiting {GoText.Duration(timeout)} at plugin {plugin}"), null, timeout, Timeout.InfiniteTimeSpan));
            }
        }
    }
}
