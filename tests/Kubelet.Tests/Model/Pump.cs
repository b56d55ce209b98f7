namespace MiniK8s.Kubelet.Tests.Model;

/// <summary>
/// Runs everything that awaits on one thread: as it comes, or, once there is a seed, in an order that it draws: any order of what is ready
/// is one that a thread pool might take.
/// </summary>
/// <remarks>A few continuations pass through the thread pool before they come here; whoever expects one waits for it by name.</remarks>
internal sealed class Pump : SynchronizationContext
{
    private readonly object _gate = new();      // guards what has arrived; a monitor, since it is waited on
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _arrived = new();
    private readonly List<(SendOrPostCallback Callback, object? State)> _ready = [];
    private Random? _order;

    public override void Post(SendOrPostCallback d, object? state)
    {
        lock (_gate)
        {
            _arrived.Enqueue((d, state));
            Monitor.Pulse(_gate);
        }
    }

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException();

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>The order from here on, by this seed.</summary>
    public void Seed(int seed) => _order = new Random(seed);

    /// <summary>Runs until nothing is ready and nothing is <paramref name="missing"/> any more.</summary>
    public void Run(Func<string?> missing)
    {
        while (true)
        {
            Take();
            if (_ready.Count > 0) RunOne();
            else if (missing() is not { } what) return;
            else if (!IsArriving()) throw new TimeoutException($"Missing after {Patience.Limit.TotalSeconds} s: {what}.");
        }
    }

    /// <summary>Runs one of those that are ready; false: none is.</summary>
    public bool TryRunOne()
    {
        Take();
        if (_ready.Count == 0) return false;
        RunOne();
        return true;
    }

    private void Take()
    {
        lock (_gate)
        {
            while (_arrived.TryDequeue(out var each)) _ready.Add(each);
        }
    }

    private bool IsArriving()
    {
        lock (_gate) return _arrived.Count > 0 || Monitor.Wait(_gate, Patience.Limit);
    }

    private void RunOne()
    {
        var at = _order is null || _ready.Count == 1 ? 0 : _order.Next(_ready.Count);
        var (callback, state) = _ready[at];
        _ready.RemoveAt(at);
        callback(state);
    }
}
