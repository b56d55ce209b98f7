using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Machine;

/// <summary>printenv: all variables, or the values of some.</summary>
internal sealed class PrintEnv : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        if (arguments.Count == 1)
        {
            foreach (var (name, value) in self.Environment) await self.WriteLineAsync($"{name}={value}");
            return 0;
        }
        var status = 0;
        foreach (var name in arguments.Skip(1))
        {
            if (self.Env(name) is { } value) await self.WriteLineAsync(value);
            else status = 1;
        }
        return status;
    }
}
