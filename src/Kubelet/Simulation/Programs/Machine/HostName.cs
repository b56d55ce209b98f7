using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Machine;

/// <summary>hostname: the pod's, or with <c>-i</c> its address.</summary>
internal sealed class HostName : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        await self.WriteLineAsync(new Arguments(arguments).Has("i", "I") ? self.Kernel.Network.Ip : self.Kernel.Hostname);
        return 0;
    }
}
