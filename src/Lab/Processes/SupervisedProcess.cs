using System.Text.Json;

namespace MiniK8s.Lab.Processes;

/// <summary>Keeps one process of the lab running: starts it, learns its ports, and starts it again when it dies.</summary>
internal sealed class SupervisedProcess(ProcessSpec spec, LabFolder folder, ILabReporter reporter, TimeProvider time)
{
    private static readonly TimeSpan PortsPoll = TimeSpan.FromMilliseconds(20);
    private const int CannotBeStarted = 126;        // as shells say it
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(20);

    private readonly TaskCompletionSource _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile ProcessRecord _record = new(spec.Name, 0, spec.Ports, folder.LogFile(spec.Name), Restarts: 0);

    /// <summary>What <c>lab.json</c> says of it now.</summary>
    public ProcessRecord Record => _record;

    /// <summary>Completes when the process has first told its ports; faults when it died before that.</summary>
    public Task Listening => _listening.Task;

    /// <summary>Runs until <paramref name="stopping"/>, then stops the process and returns.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var backoff = new RestartBackoff(0);
        while (!stopping.IsCancellationRequested)
        {
            var began = time.GetTimestamp();
            var exitCode = await RunOnceAsync(stopping);
            if (stopping.IsCancellationRequested) return;

            _listening.TrySetException(new LabException(
                $"{spec.Name} ended with exit code {exitCode} before it was ready; its log is {_record.LogFile}"));
            backoff = backoff.AfterRunOf(time.GetElapsedTime(began));
            reporter.Died(spec.Name, exitCode, backoff.Delay);
            await Task.Delay(backoff.Delay, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _record = _record with { Restarts = _record.Restarts + 1 };
        }
    }

    private async Task<int> RunOnceAsync(CancellationToken stopping)
    {
        var portsFile = folder.PortsFile(spec.Name);
        File.Delete(portsFile);
        if (TryStart(portsFile) is not { } started) return CannotBeStarted;
        await using var child = started;
        _record = _record with { Pid = child.Id };
        folder.Changed();

        var exit = child.WaitAsync(CancellationToken.None);
        if (await ReadPortsAsync(portsFile, exit, stopping) is { } ports)
        {
            _record = _record with { Ports = ports };
            folder.Changed();
            _listening.TrySetResult();
        }
        var stop = Task.Delay(Timeout.InfiniteTimeSpan, time, stopping);
        if (await Task.WhenAny(exit, stop) == stop) await child.StopAsync(StopPatience, time);
        return await exit;
    }

    // A program that a build is just replacing may not start: null, and it is tried again as if it had died. Its log says why.
    private ChildProcess? TryStart(string portsFile)
    {
        try
        {
            return ChildProcess.Start(folder.Program(spec.Assembly), spec.CommandLine(_record.Ports, portsFile), _record.LogFile);
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    // Null when the process ended, or the lab stops, before the file was there.
    private async Task<IReadOnlyDictionary<string, int>?> ReadPortsAsync(string file, Task exit, CancellationToken stopping)
    {
        while (!exit.IsCompleted && !stopping.IsCancellationRequested)
        {
            if (File.Exists(file)) return JsonSerializer.Deserialize<Dictionary<string, int>>(await File.ReadAllTextAsync(file, CancellationToken.None));
            await Task.Delay(PortsPoll, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        return null;
    }
}
