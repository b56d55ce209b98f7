using System.Globalization;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Texts;

/// <summary>head: the first lines, <c>-n</c>, or bytes, <c>-c</c>; all but the last ones where the number of lines is negative.</summary>
internal sealed class Head : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(Tail.Spelled(arguments), "nc");
        if (options.TryValue(out var bytes, "c") && int.TryParse(bytes, out var limit))
        {
            return await Streams.ForEachFileAsync(self, "head", options.Operands, async (_, file) =>
            {
                var buffer = new byte[4096];
                for (var left = limit; left > 0 && await file.ReadAsync(buffer.AsMemory(0, int.Min(left, buffer.Length)), self.Killed) is var count and > 0; left -= count)
                    await self.Stdout.WriteAsync(buffer.AsMemory(0, count), self.Killed);
            }, isPlain: true);
        }
        var lines = int.TryParse(options.Value("n"), CultureInfo.InvariantCulture, out var n) ? n : 10;
        var index = 0;
        return await Streams.ForEachFileAsync(self, "head", options.Operands, async (path, file) =>
        {
            if ((options.Operands.Count > 1 && !options.Has("q")) || options.Has("v")) await self.WriteLineAsync($"{(path == options.Operands.FirstOrDefault() && index == 0 ? "" : "\n")}==> {path} <==");
            index++;
            var left = lines;
            if (left < 0)
            {
                // All but the last ones.
                var all = await Streams.SplitAsync(self, await file.ReadToEndAsync(self));
                foreach (var line in all.SkipLast(-left)) await self.WriteLineAsync(line);
                return;
            }
            if (left == 0) return;
            await foreach (var line in Streams.LinesAsync(self, file))
            {
                await self.WriteLineAsync(line);
                if (--left == 0) break;
            }
        }, isPlain: true);
    }
}
