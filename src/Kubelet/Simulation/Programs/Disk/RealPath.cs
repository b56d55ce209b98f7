using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Disk;

/// <summary>realpath: the absolute path without links, of what exists.</summary>
internal sealed class RealPath : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var status = 0;
        foreach (var path in new Arguments(arguments).Operands)
        {
            if (self.Files.Exists(path) && Of(self, path) is { } full) await self.WriteLineAsync(full);
            else
            {
                await self.ErrorAsync($"realpath: {path}: No such file or directory");
                status = 1;
            }
        }
        return status;
    }

    /// <summary>Null if the way there does not exist.</summary>
    public static string? Of(SimProcess self, string path)
    {
        try
        {
            return self.Files.RealPath(path);
        }
        catch (FileError)
        {
            return null;
        }
    }
}
