using System.Globalization;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Disk;

/// <summary>dd with if, of, bs, count, skip and status; what it says of its speed is left out.</summary>
internal sealed class CopyBlocks : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var operands = new Dictionary<string, string>();
        foreach (var pair in arguments.Skip(1).Select(a => a.Split('=', 2)).Where(p => p.Length == 2)) operands[pair[0]] = pair[1];
        var size = (int)long.Clamp(Sizes.Parse(operands.GetValueOrDefault("bs", "512")), 1, 1 << 20);
        var (count, skip) = (Number("count", long.MaxValue), Number("skip", 0));
        OpenFile? input = null, output = null;
        try
        {
            input = operands.TryGetValue("if", out var from) ? Open(from, writing: false) : self.Stdin.Retain();
            output = operands.TryGetValue("of", out var to) ? Open(to, writing: true) : self.Stdout.Retain();
            var (full, partial, bytes) = await CopyAsync(self, input, output, size, skip, count, to ?? "stdout");
            if (operands.GetValueOrDefault("status") is not "none") await self.ErrorAsync($"{full}+{partial} records in\n{full}+{partial} records out\n{bytes} bytes copied");
            return 0;
        }
        catch (FileError error)
        {
            await self.ErrorAsync($"dd: {error.Message}");
            return 1;
        }
        finally
        {
            input?.Release();
            output?.Release();
        }

        long Number(string name, long otherwise) => long.TryParse(operands.GetValueOrDefault(name), CultureInfo.InvariantCulture, out var number) ? number : otherwise;

        OpenFile Open(string path, bool writing)
        {
            try
            {
                return writing ? self.Files.OpenWrite(path, append: false) : self.Files.OpenRead(path);
            }
            catch (FileError error)
            {
                throw new FileError($"can't open '{path}': {error.Message}");
            }
        }
    }

    private static async ValueTask<(long Full, long Partial, long Bytes)> CopyAsync(SimProcess self, OpenFile input, OpenFile output, int size, long skip, long count, string name)
    {
        var (full, partial, bytes) = (0L, 0L, 0L);
        self.Hold(size);
        var buffer = new byte[size];
        for (var block = 0L; block - skip < count; block++)
        {
            await self.Kernel.Throttle.StepAsync(self, 1 + (size >> 10));
            var read = await input.ReadAsync(buffer, self.Killed);
            if (read == 0) break;
            if (block < skip) continue;
            try
            {
                await output.WriteAsync(buffer.AsMemory(0, read), self.Killed);
            }
            catch (FileError error)
            {
                throw new FileError($"error writing '{name}': {error.Message}");
            }
            if (read == size) full++;
            else partial++;
            bytes += read;
        }
        return (full, partial, bytes);
    }
}
