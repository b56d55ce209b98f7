using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Net;

/// <summary>netstat and ss: the ports on which somebody in the pod listens, and who, where it is of the same process table.</summary>
internal sealed class NetStat : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        await self.WriteLineAsync("Active Internet connections (only servers)\nProto Recv-Q Send-Q Local Address           Foreign Address         State       PID/Program name");
        foreach (var listener in self.Kernel.Network.Listeners.OrderBy(l => l.Port))
        {
            var owner = listener.Owner.Kernel.Table == self.Kernel.Table ? $"{listener.Owner.Pid}/{listener.Owner.Name}" : "-";
            await self.WriteLineAsync($"tcp        0      0 {$"0.0.0.0:{listener.Port}",-23} {"0.0.0.0:*",-23} LISTEN      {owner}");
        }
        return 0;
    }
}
