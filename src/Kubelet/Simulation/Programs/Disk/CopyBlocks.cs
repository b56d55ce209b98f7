using System.Globalization;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Disk;

internal sealed class CopyBlocks : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var operands = arguments.Skip(1).Select(a => a.Split('=', 2)).Where(p => p.Length == 2).ToDictionary(p => p[0], p => p[1]);
        var size = Sizes.Parse(operands.GetValueOrDefault("bs", "512"));
        var count = operands.TryGetValue("count", out var c) ? long.Parse(c, CultureInfo.InvariantCulture) : long.MaxValue;
        var input = operands.TryGetValue("if", out var from) ? self.Files.OpenRead(from) : self.Stdin.Retain();
        var output = operands.TryGetValue("of", out var to) ? self.Files.OpenWrite(to, append: false) : self.Stdout.Retain();
        long blocks = 0, bytes = 0;
        try
        {
            var buffer = new byte[(int)long.Clamp(size, 1, 1 << 20)];
            for (; blocks < count; blocks++)
            {
                await self.Kernel.Throttle.StepAsync(self);
                if (await input.ReadAsync(buffer, self.Killed) is var read && read == 0) break;
                await output.WriteAsync(buffer.AsMemory(0, read), self.Killed);
                bytes += read;
            }
        }
        catch (FileError error)
        {
            await self.ErrorAsync($"dd: error writing '{to ?? "stdout"}': {error.Message}");
            return 1;
        }
        finally
        {
            input.Release();
            output.Release();
        }
        await self.ErrorAsync($"{blocks}+0 records in\n{blocks}+0 records out\n{bytes} bytes copied");
        return 0;
    }
}
