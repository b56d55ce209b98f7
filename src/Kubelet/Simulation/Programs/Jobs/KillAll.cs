using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Jobs;

/// <summary>killall: every process of a name but itself.</summary>
internal sealed class KillAll : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var signal = Signals.Term;
        var quiet = false;
        var names = new List<string>();
        foreach (var argument in arguments.Skip(1))
        {
            if (argument == "-q") quiet = true;
            else if (argument.Length > 1 && argument[0] == '-' && Signals.Parse(argument[1..]) is { } given) signal = given;
            else if (!argument.StartsWith('-')) names.Add(argument);
        }
        var status = 0;
        foreach (var name in names)
        {
            var found = self.Kernel.Processes.Where(p => p != self && p.Name == name).ToList();
            foreach (var process in found)
            {
                if (self.MaySignal(process))
                {
                    process.Deliver(signal);
                    continue;
                }
                status = 1;
                if (!quiet) await self.ErrorAsync($"killall: can't kill pid {process.Pid}: Operation not permitted");
            }
            if (found.Count > 0) continue;
            status = 1;
            if (!quiet) await self.ErrorAsync($"killall: {name}: no process killed");
        }
        return status;
    }
}
