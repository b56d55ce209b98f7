namespace MiniK8s.Kubelet.Simulation.Processes;

/// <summary>
/// A process's signal dispositions, and those caught signals that its program has not yet taken (one of each kind at most).
/// </summary>
internal sealed class SignalInbox
{
    private readonly Lock _gate = new();    // guards everything below
    private readonly Dictionary<int, Disposition> _dispositions = [];
    private readonly List<int> _pending = [];
    private TaskCompletionSource? _arrived;

    public Disposition this[int signal]
    {
        get { lock (_gate) return _dispositions.GetValueOrDefault(signal); }
        set { lock (_gate) _dispositions[signal] = value; }
    }

    public bool HasPending
    {
        get { lock (_gate) return _pending.Count > 0; }
    }

    public void Catch(params ReadOnlySpan<int> signals)
    {
        foreach (var signal in signals) this[signal] = Disposition.Catch;
    }

    /// <summary>What execve does: caught signals go back to their default, ignored ones stay ignored.</summary>
    public void ResetForExec()
    {
        lock (_gate)
        {
            foreach (var signal in _dispositions.Where(d => d.Value == Disposition.Catch).Select(d => d.Key).ToArray()) _dispositions.Remove(signal);
            _pending.Clear();
        }
    }

    /// <summary>A new process ignores what its parent ignored.</summary>
    public SignalInbox ForChild()
    {
        var child = new SignalInbox();
        lock (_gate)
            foreach (var (signal, _) in _dispositions.Where(d => d.Value == Disposition.Ignore)) child._dispositions[signal] = Disposition.Ignore;
        return child;
    }

    public void Put(int signal)
    {
        lock (_gate)
        {
            if (!_pending.Contains(signal)) _pending.Add(signal);
            _arrived?.TrySetResult();
            _arrived = null;
        }
    }

    public int? TryTake()
    {
        lock (_gate)
        {
            if (_pending.Count == 0) return null;
            var signal = _pending[0];
            _pending.RemoveAt(0);
            return signal;
        }
    }

    /// <summary>Completes when a caught signal is pending; does not take it.</summary>
    public Task ArrivedAsync()
    {
        lock (_gate)
        {
            if (_pending.Count > 0) return Task.CompletedTask;
            return (_arrived ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }
}
