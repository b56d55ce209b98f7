using System.Globalization;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Jobs;

/// <summary>kill: by number or name of the signal, <c>-l</c> for their list, -1 for all but process 1 and itself.</summary>
internal sealed class Kill : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var signal = Signals.Term;
        var at = 1;
        if (arguments.Count > 1 && arguments[1] == "-l")
        {
            foreach (var given in arguments.Skip(2))
                await self.WriteLineAsync(int.TryParse(given, out var number) ? Signals.Name(number & 127) : (Signals.Parse(given) ?? 0).ToString(CultureInfo.InvariantCulture));
            for (var i = 1; i < 32 && arguments.Count == 2; i++) await self.WriteLineAsync($"{i,2}) {Signals.Name(i)}");
            return 0;
        }
        if (arguments.Count > 2 && arguments[1].Length > 1 && arguments[1][0] == '-' && arguments[1] != "--")
        {
            var name = arguments[1] == "-s" ? arguments[2] : arguments[1][1..];
            at = arguments[1] == "-s" ? 3 : 2;
            if (Signals.Parse(name) is not { } given)
            {
                await self.ErrorAsync($"{self.Name}: bad signal name '{name}'");
                return 1;
            }
            signal = given;
        }
        if (arguments.Count <= at)
        {
            await self.ErrorAsync($"{self.Name}: you need to specify whom to kill");
            return 1;
        }
        var status = 0;
        foreach (var target in arguments.Skip(at).Where(a => a != "--"))
        {
            if (!int.TryParse(target.TrimStart('%'), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var pid))
            {
                await self.ErrorAsync($"{self.Name}: invalid number '{target}'");
                status = 1;
            }
            else if (pid == -1) foreach (var process in self.Kernel.Processes.Where(p => p.Pid != 1 && p != self && self.MaySignal(p))) process.Deliver(signal);
            else if (self.Kernel.Find(int.Abs(pid)) is { } process && self.MaySignal(process)) process.Deliver(signal);
            else
            {
                await self.ErrorAsync($"{self.Name}: can't kill pid {pid}: {(self.Kernel.Find(int.Abs(pid)) is null ? "No such process" : "Operation not permitted")}");
                status = 1;
            }
        }
        return status;
    }
}
