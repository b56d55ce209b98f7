using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Machine;

/// <summary>free: the same memory at every time, whatever the container is granted.</summary>
internal sealed class Free : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var unit = new Arguments(arguments).Has("m") ? 1024 : 1;
        await self.WriteLineAsync("              total        used        free      shared  buff/cache   available");
        await self.WriteLineAsync($"Mem:     {8388608 / unit,10}  {2097152 / unit,10}  {4194304 / unit,10}  {0,10}  {2097152 / unit,10}  {6291456 / unit,10}");
        return 0;
    }
}
