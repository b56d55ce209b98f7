using MiniK8s.Lab.Pki;
using MiniK8s.Lab.Processes;

namespace MiniK8s.Lab.Cluster;

/// <summary>A whole cluster of processes: starts them in order, keeps them running, stops them together.</summary>
/// <remarks>
/// Order: store, apiserver, then everything that is a client of the apiserver at once. Each stage begins when the one before
/// listens, not when it is ready: clients wait and retry, as on a real cluster.
/// </remarks>
internal sealed class RunningLab : IAsyncDisposable
{
    private readonly LabOptions _options;
    private readonly ILabReporter _reporter;
    private readonly TimeProvider _time;
    private readonly LabFolder _folder;
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<(SupervisedProcess Process, Task Run)> _running = [];
    private readonly Lock _stateFile = new();   // guards the writing of lab.json and the list above
    private LabLock? _lock;
    private string? _etcdServers;
    private bool _ready;

    public RunningLab(LabOptions options, ILabReporter reporter, TimeProvider time)
    {
        (_options, _reporter, _time) = (options, reporter, time);
        _folder = new LabFolder(options.Data, WriteState);
    }

    public LabState State
    {
        get
        {
            lock (_stateFile) return new(Environment.ProcessId, _ready, _folder.Kubeconfig, _etcdServers, [.. _running.Select(r => r.Process.Record)]);
        }
    }

    /// <summary>Makes the folder this lab's own; before anything else.</summary>
    /// <exception cref="LabException">Another lab runs in it.</exception>
    public void TakeFolder() => _lock = LabLock.Take(_folder.Root);

    /// <summary>Starts everything and returns when a Pod could run.</summary>
    /// <exception cref="LabException">A process ended before it was ready.</exception>
    public async Task StartAsync(CancellationToken ct)
    {
        using var certificates = ClusterCertificates.Open(_folder.Pki, _time);
        var plan = new LabPlan(_options, _folder, certificates);

        _etcdServers = _options.EtcdServers ?? $"http://127.0.0.1:{(await StartAsync(plan.Store(), ct))["port"]}";
        var ports = await StartAsync(plan.ApiServer(_etcdServers), ct);
        var apiServer = new Uri($"https://127.0.0.1:{ports["secure-port"]}");
        plan.WriteAdminKubeconfig(apiServer);

        ProcessSpec[] clients = [plan.Scheduler(apiServer), plan.ControllerManager(apiServer), .. plan.Kubelets(apiServer)];
        await Task.WhenAll(clients.Select(client => StartAsync(client, ct)));
        await new Readiness(_folder.Kubeconfig, _options.Nodes, _time).WaitAsync(_reporter, ct);
        _ready = true;
        WriteState();
    }

    /// <summary>Stops everything, clients first, so that nothing complains about a server that is gone.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_running.Select(r => r.Run));
        _stopping.Dispose();
        if (_lock is null) return;      // another lab's folder
        File.Delete(_folder.StateFile);
        _lock.Dispose();
    }

    private async Task<IReadOnlyDictionary<string, int>> StartAsync(ProcessSpec spec, CancellationToken ct)
    {
        var process = new SupervisedProcess(spec, _folder, _reporter, _time);
        var run = process.RunAsync(_stopping.Token);
        lock (_stateFile) _running.Add((process, run));
        WriteState();
        await process.Listening.WaitAsync(ct);
        _reporter.Reached($"{spec.Name} listens on {string.Join(", ", process.Record.Ports.Values)}");
        return process.Record.Ports;
    }

    private void WriteState()
    {
        lock (_stateFile) State.Write(_folder.StateFile);
    }
}
