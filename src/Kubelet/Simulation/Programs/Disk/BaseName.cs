using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Disk;

/// <summary>basename: the last part of a path, without a suffix where one is given.</summary>
internal sealed class BaseName : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var name = FileTree.Name((arguments.ElementAtOrDefault(1) ?? "").TrimEnd('/'));
        if (arguments.Count > 2 && name.EndsWith(arguments[2], StringComparison.Ordinal) && name != arguments[2]) name = name[..^arguments[2].Length];
        await self.WriteLineAsync(name == "" ? "/" : name);
        return 0;
    }
}
