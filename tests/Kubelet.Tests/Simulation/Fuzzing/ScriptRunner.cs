using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Tests.Model;

namespace MiniK8s.Kubelet.Tests.Simulation.Fuzzing;

/// <summary>
/// Runs scripts one after the other, each in a container of its own and for at most five seconds of the container's time, and says what came of it.
/// </summary>
/// <remarks>
/// Everything that a script does happens on one thread, and the container's clock moves on by 50 ms whenever nothing is left to do there: nothing waits for
/// real time. So what that thread has of a processor is what the script costs, and a hang is nothing else: one that computes on without giving way is
/// counted, one that waits for what never comes is found by its not ending when it is killed.
/// </remarks>
/// <param name="resources">Of each container; with a limit of memory, what its script makes reachable is measured ten times in five seconds.</param>
internal sealed partial class ScriptRunner(LinuxResources? resources = null) : IAsyncDisposable
{
    private const int StepsPerMeasure = 10;
    private static readonly TimeSpan VirtualLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patient = TimeSpan.FromSeconds(15);        // the limit, and then some to be killed in
    private static readonly TimeSpan LongStill = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan StuckAfter = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);
    private readonly SimLab _lab = new();
    private readonly Pump _pump = new();
    private readonly BlockingCollection<(string Script, TaskCompletionSource<ScriptOutcome> Outcome)> _orders = [];
    private readonly AutoResetEvent _passed = new(false);
    private TimeSpan _passing;
    private Thread? _thread;
    private bool _isStuck;
    private string? _sandbox;
    private int _containers;

    /// <summary>
    /// Runs it, and again where its thread stood still for long: what made it do so on a loaded machine (a collection whose own threads got no processor, a page
    /// that had to be read) does not do so three times, a script that waits for real time does.
    /// </summary>
    public async Task<ScriptOutcome> RunAsync(string script)
    {
        var outcome = await RunOnceAsync(script);
        for (var again = 0; again < 2 && outcome.Times.Idle > LongStill; again++) outcome = await RunOnceAsync(script);
        return outcome;
    }

    private Task<ScriptOutcome> RunOnceAsync(string script)
    {
        if (_thread is null)
        {
            _thread = new Thread(RunAll) { IsBackground = true, Name = nameof(ScriptRunner) };
            _thread.Start();
        }
        var outcome = new TaskCompletionSource<ScriptOutcome>(TaskCreationOptions.RunContinuationsAsynchronously);
        _orders.Add((script, outcome));
        return EndAsync(script, outcome.Task);
    }

    public async ValueTask DisposeAsync()
    {
        _orders.CompleteAdding();
        if (_isStuck) return;       // what was missing has been said; nobody can end it
        await _lab.DisposeAsync().AsTask().OrMissing("the end of all containers");
    }

    // Long, since a machine under load is no fault of the script: only what computes for ever in one go comes to this.
    private async Task<ScriptOutcome> EndAsync(string script, Task<ScriptOutcome> outcome)
    {
        _isStuck = true;
        try
        {
            return await outcome.WaitAsync(StuckAfter);
        }
        catch (TimeoutException) when (!outcome.IsCompleted)
        {
            throw new TimeoutException($"Missing after {StuckAfter}: the end of: {script}");
        }
        finally
        {
            _isStuck = !outcome.IsCompleted;
        }
    }

    private void RunAll()
    {
        SynchronizationContext.SetSynchronizationContext(_pump);
        foreach (var (script, outcome) in _orders.GetConsumingEnumerable())
        {
            try
            {
                outcome.SetResult(Run(script));
            }
            catch (Exception error)
            {
                outcome.SetException(error);
            }
        }
    }

    private ScriptOutcome Run(string script)
    {
        var (times, until) = (ThreadTimes.Now(), _lab.Time.GetUtcNow() + Patient);
        var (steps, atFirst, most) = (0, Reachable(), 0L);
        _passing = TimeSpan.Zero;
        var run = RunInContainerAsync(script);
        while (!run.IsCompleted)
        {
            if (_pump.TryRunOne()) continue;
            PassThroughThreadPool();
            if (_pump.TryRunOne()) continue;
            Assert.True(_lab.Time.GetUtcNow() < until, $"It does not end, though it was killed: {script}");
            if (++steps % StepsPerMeasure == 0) most = long.Max(most, Reachable() - atFirst);
            _lab.Time.Advance(Step);
        }
        var result = run.GetAwaiter().GetResult();
        times = ThreadTimes.Now() - times;
        return new ScriptOutcome(result.ExitCode, times with { Queued = times.Queued + _passing }, most, Fault().Match(result.Stderr) is { Success: true } fault ? fault.Value : null);
    }

    private async Task<ExecResult> RunInContainerAsync(string script)
    {
        var (runtime, image) = (_lab.Runtime, "busybox:1.36");
        _sandbox ??= (await _lab.PodAsync()).SandboxId;
        if (await runtime.ImageStatusAsync(image, default) is null) await runtime.PullImageAsync(image, null, SimLab.NoAnnotations, default);
        var config = new ContainerConfig { Name = $"c{_containers++}", Image = image, Command = ["sleep", "infinity"], WorkingDir = "/work", Resources = resources ?? new() };
        var id = await runtime.CreateContainerAsync(_sandbox, config, default);
        await runtime.StartContainerAsync(id, default);
        var result = await runtime.ExecSyncAsync(id, ["sh", "-c", script], VirtualLimit, default);
        await runtime.StopContainerAsync(id, TimeSpan.Zero, default);
        await runtime.RemoveContainerAsync(id, default);
        return result;
    }

    private long Reachable() => resources is null ? 0 : GC.GetTotalMemory(forceFullCollection: true);

    // What a completed wait does next takes its way through the thread pool before it is here; whatever set out before this is here after it. Until the pool
    // has had a processor for it, this thread waits for one too.
    private void PassThroughThreadPool()
    {
        var began = Stopwatch.GetTimestamp();
        ThreadPool.UnsafeQueueUserWorkItem(static passed => passed.Set(), _passed, preferLocal: false);
        _passed.WaitOne();
        _passing += Stopwatch.GetElapsedTime(began);
    }

    // What .NET's own exceptions say: a program here is at fault, not the script.
    [GeneratedRegex(@"Index was out|Object reference|\(Parameter '|Input string was|Sequence contains|Arithmetic operation|Value was either|Nullable object|Unable to cast|must be non-negative|No such command|Specified argument")]
    private static partial Regex Fault();
}

/// <summary>How a script ended: its exit code, what it cost, and what a program of the simulation broke with, if one did.</summary>
/// <param name="ExitCode">Of the shell.</param>
/// <param name="Times">Of the thread that did all of it.</param>
/// <param name="MostHeld">How much more was reachable meanwhile than before, where that is measured.</param>
/// <param name="Fault">An exception's text that no program of a container would print.</param>
internal sealed record ScriptOutcome(int ExitCode, ThreadTimes Times, long MostHeld, string? Fault);
