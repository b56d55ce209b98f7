using System.Diagnostics;
using System.Text.RegularExpressions;
using MiniK8s.Kubelet.Runtime;

namespace MiniK8s.Kubelet.Tests.Simulation.Fuzzing;

/// <summary>
/// Runs scripts one after the other, each in a container of its own and for at most five seconds of the container's time, and says what came of it.
/// </summary>
internal sealed partial class ScriptRunner : IAsyncDisposable
{
    private static readonly TimeSpan VirtualLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);
    private readonly SimLab _lab = new();
    private string? _sandbox;
    private int _containers;

    public async Task<ScriptOutcome> RunAsync(string script)
    {
        _sandbox ??= (await _lab.PodAsync()).SandboxId;
        await _lab.PullAsync("busybox:1.36");
        var (clock, cpu) = (Stopwatch.StartNew(), Process.GetCurrentProcess().TotalProcessorTime);
        var config = new ContainerConfig { Name = $"c{_containers++}", Image = "busybox:1.36", Command = ["sleep", "infinity"], WorkingDir = "/work" };
        var id = await _lab.Runtime.CreateContainerAsync(_sandbox, config, default);
        await _lab.Runtime.StartContainerAsync(id, default);
        var run = _lab.Runtime.ExecSyncAsync(id, ["sh", "-c", script], VirtualLimit, default);
        var end = run.OrMissing($"the end of: {script}");
        while (!run.IsCompleted && clock.Elapsed < Patience.Limit)
        {
            for (var i = 0; i < 50 && !run.IsCompleted; i++) await Task.Yield();
            if (!run.IsCompleted) _lab.Time.Advance(Step);
        }
        await end;
        var result = await run;
        await _lab.Runtime.StopContainerAsync(id, TimeSpan.Zero, default).OrMissing($"the end of the container of: {script}");
        await _lab.Runtime.RemoveContainerAsync(id, default);
        return new ScriptOutcome(result.ExitCode, Process.GetCurrentProcess().TotalProcessorTime - cpu, Fault().Match(result.Stderr) is { Success: true } fault ? fault.Value : null);
    }

    public ValueTask DisposeAsync() => _lab.DisposeAsync();

    // What .NET's own exceptions say: a program here is at fault, not the script.
    [GeneratedRegex(@"Index was out|Object reference|\(Parameter '|Input string was|Sequence contains|Arithmetic operation|Value was either|Nullable object|Unable to cast|must be non-negative|No such command|Specified argument")]
    private static partial Regex Fault();
}

/// <summary>How a fuzzed script ended: its exit code, what this process computed meanwhile, and what a program of the simulation broke with, if one did.</summary>
internal sealed record ScriptOutcome(int ExitCode, TimeSpan Took, string? Fault);
