using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Services;

/// <summary>hello-world.</summary>
internal sealed class Hello : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        await self.WriteAsync("\nHello from Docker!\nThis message shows that your installation appears to be working correctly.\n\n");
        return 0;
    }
}
