using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Probes;

/// <summary>What <see cref="PodProbes"/> keeps of one pod.</summary>
internal sealed class PodEntry(Pod pod)
{
    private readonly Lock _gate = new();        // guards the two dictionaries; nothing is awaited under it
    private readonly Dictionary<(string Container, ProbeKind Kind), Running> _running = [];
    private readonly Dictionary<(string Container, ProbeKind Kind), string> _instances = [];

    /// <summary>With the status that was published last.</summary>
    public Pod Pod { get; set; } = pod;

    public IReadOnlyList<Task> Runs
    {
        get
        {
            lock (_gate) return [.. _running.Values.Select(r => r.Run)];
        }
    }

    /// <summary>The instances that results are kept for.</summary>
    public IReadOnlyList<(string ContainerId, ProbeKind Kind)> Instances
    {
        get
        {
            lock (_gate) return [.. _instances.Select(entry => (entry.Value, entry.Key.Kind))];
        }
    }

    /// <summary>Starts the probe's worker unless there has been one.</summary>
    public void TryBegin(ProbeTarget target, Func<ProbeTarget, CancellationToken, (ProbeWorker Worker, Task Run)> start)
    {
        var key = (target.Container.Name, target.Kind);
        lock (_gate)
        {
            if (_running.ContainsKey(key)) return;
            var ended = new CancellationTokenSource();
            var (worker, run) = start(target, ended.Token);
            _running[key] = new Running(worker, run, ended);
        }
    }

    public ProbeTarget? Find(string container, ProbeKind kind)
    {
        lock (_gate) return _running.GetValueOrDefault((container, kind))?.Worker.Target;
    }

    public void Trigger(string container, ProbeKind kind)
    {
        lock (_gate) _running.GetValueOrDefault((container, kind))?.Worker.Trigger();
    }

    public void End(params ProbeKind[] kinds)
    {
        List<Running> ending;
        lock (_gate) ending = [.. _running.Where(entry => kinds.Contains(entry.Key.Kind)).Select(entry => entry.Value)];
        foreach (var each in ending) each.Ended.Cancel();
    }

    /// <summary>Notes the instance that the probe speaks of now; gives the one before, whose result is of no more use.</summary>
    public IEnumerable<(string ContainerId, ProbeKind Kind)> Replace(ProbeTarget target, string containerId)
    {
        var key = (target.Container.Name, target.Kind);
        lock (_gate)
        {
            var before = _instances.GetValueOrDefault(key);
            _instances[key] = containerId;
            return before is null || before == containerId ? [] : [(before, target.Kind)];
        }
    }

    private sealed record Running(ProbeWorker Worker, Task Run, CancellationTokenSource Ended);
}
