using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Texts;

/// <summary>tee: what comes in goes out, and into each file that could be opened.</summary>
internal sealed class Tee : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments);
        var targets = new List<OpenFile>();
        var status = 0;
        try
        {
            foreach (var path in options.Operands)
            {
                try
                {
                    targets.Add(self.Files.OpenWrite(path, options.Has("a")));
                }
                catch (FileError error)
                {
                    await self.ErrorAsync($"tee: {path}: {error.Message}");
                    status = 1;
                }
            }
            var input = new MeteredFile(self, self.Stdin.Retain());
            var buffer = new byte[4096];
            while (await input.ReadAsync(buffer, self.Killed) is var count and > 0)
            {
                await self.Stdout.WriteAsync(buffer.AsMemory(0, count), self.Killed);
                foreach (var target in targets) await target.WriteAsync(buffer.AsMemory(0, count), self.Killed);
            }
            return status;
        }
        finally
        {
            targets.ForEach(t => t.Release());
        }
    }
}
