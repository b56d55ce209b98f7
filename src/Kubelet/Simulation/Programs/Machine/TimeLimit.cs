using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Machine;

/// <summary><c>timeout [-s SIG] SECS PROG</c>: 124 when the time ran out, as coreutils' has it.</summary>
internal sealed class TimeLimit : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments, "skt", stopAtOperand: true);
        var operands = options.Operands;
        if (operands.Count < 2 || Durations.Parse(operands[0]) is not { } limit)
        {
            await self.ErrorAsync("Usage: timeout [-s SIG] SECS PROG ARGS");
            return 125;
        }
        var signal = Signals.Parse(options.Value("s") ?? "TERM") ?? Signals.Term;
        if (await Launch.StartAsync(self, "timeout", operands[1..]) is not { } child) return 127;
        try
        {
            await child.Exited.WaitAsync(limit, self.Kernel.Time, self.Killed);
        }
        catch (TimeoutException)
        {
            child.Deliver(signal);
            await child.Exited.WaitAsync(self.Killed);
            return 124;
        }
        return (await child.Exited).Code;
    }
}
