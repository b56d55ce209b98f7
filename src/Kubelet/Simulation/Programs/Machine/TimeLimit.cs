using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Machine;

/// <summary>
/// <c>timeout [-s SIG] SECS PROG</c>. When the time has run out busybox's ends as the program does, by the signal; that of coreutils, which images
/// with a bash have, with 124.
/// </summary>
internal sealed class TimeLimit : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments, "skt", stopAtOperand: true);
        var operands = options.Operands;
        if (operands.Count < 2 || Durations.Parse(operands[0]) is not { } limit)
        {
            await self.ErrorAsync(operands.Count < 2 ? "Usage: timeout [-s SIG] [-k KILL_SECS] SECS PROG ARGS" : $"timeout: invalid number '{operands[0]}'");
            return 1;
        }
        if (limit > ProcessClock.LongestDelay) limit = ProcessClock.LongestDelay;
        var signal = Signals.Parse(options.Value("s") ?? "TERM") ?? Signals.Term;
        if (await Launch.StartAsync(self, "timeout", operands[1..]) is not { } child) return 127;
        try
        {
            await child.Exited.WaitAsync(limit, self.Kernel.Time, self.Killed);
        }
        catch (TimeoutException)
        {
            child.Deliver(signal);
            if (Durations.Parse(options.Value("k") ?? "") is { } patience && patience <= ProcessClock.LongestDelay && await Task.WhenAny(child.Exited, Task.Delay(patience, self.Kernel.Time, self.Killed)) != child.Exited)
                child.Die(Signals.Kill);
            var end = await child.Exited.WaitAsync(self.Killed);
            if (self.Files.Exists("/bin/bash")) return 124;
            if (end.Signal != 0) self.Die(end.Signal);
            self.Killed.ThrowIfCancellationRequested();
            return end.Code;
        }
        return (await child.Exited).Code;
    }
}
