using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Services;

/// <summary>An entry point that only hands over to its arguments; options alone go to the image's main program.</summary>
internal sealed class DockerEntrypoint : IProgram
{
    public ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var command = arguments.Skip(1).ToList();
        if (command.Count == 0 || command[0].StartsWith('-') || command[0].EndsWith(".conf", StringComparison.Ordinal)) command.Insert(0, self.Kernel.Facts.GetValueOrDefault("main", "sh"));
        return ReplaceAsync(self, command);
    }

    public static async ValueTask<int> ReplaceAsync(SimProcess self, IReadOnlyList<string> command)
    {
        if (command.Count == 0) return 0;
        if (Launch.Resolve(self, command[0]) is { } found)
        {
            self.Become(found, command);
            return 0;
        }
        await self.ErrorAsync($"/usr/local/bin/docker-entrypoint.sh: exec: line 1: {command[0]}: not found");
        return 127;
    }
}
