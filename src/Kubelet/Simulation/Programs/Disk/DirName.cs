using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Disk;

/// <summary>dirname: a path without its last part.</summary>
internal sealed class DirName : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var path = (arguments.ElementAtOrDefault(1) ?? "").TrimEnd('/');
        var slash = path.LastIndexOf('/');
        await self.WriteLineAsync(slash < 0 ? path == "" ? "/" : "." : slash == 0 ? "/" : path[..slash]);
        return 0;
    }
}
