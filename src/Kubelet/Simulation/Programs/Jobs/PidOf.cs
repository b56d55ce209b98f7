using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Jobs;

/// <summary>pidof: the numbers of the processes of a name, the newest first.</summary>
internal sealed class PidOf : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var found = self.Kernel.Processes.Where(p => p != self && arguments.Skip(1).Contains(p.Name)).Reverse().Select(p => p.Pid).ToList();
        if (found.Count == 0) return 1;
        await self.WriteLineAsync(string.Join(' ', found));
        return 0;
    }
}
