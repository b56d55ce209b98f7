using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Texts;

/// <summary>yes: a line without end; what reads it sets the pace, or the throttle does.</summary>
internal sealed class Yes : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var line = arguments.Count > 1 ? string.Join(' ', arguments.Skip(1)) : "y";
        while (true)
        {
            await self.Kernel.Throttle.StepAsync(self);
            await self.WriteLineAsync(line);
        }
    }
}
