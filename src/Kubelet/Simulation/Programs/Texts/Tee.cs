using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Texts;

internal sealed class Tee : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments);
        var targets = options.Operands.ConvertAll(path => self.Files.OpenWrite(path, options.Has("a")));
        try
        {
            var buffer = new byte[4096];
            while (await self.Stdin.ReadAsync(buffer, self.Killed) is var count and > 0)
            {
                await self.Stdout.WriteAsync(buffer.AsMemory(0, count), self.Killed);
                foreach (var target in targets) await target.WriteAsync(buffer.AsMemory(0, count), self.Killed);
            }
            return 0;
        }
        finally
        {
            targets.ForEach(t => t.Release());
        }
    }
}
