using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs;

internal sealed class Cat : IProgram
{
    public ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments);
        var number = 0;
        return Streams.ForEachFileAsync(self, "cat", options.Operands, async (_, file) =>
        {
            if (!options.Has("n"))
            {
                await Streams.CopyAsync(self, file, self.Stdout);
                return;
            }
            await foreach (var line in Streams.LinesAsync(file, self.Killed)) await self.WriteLineAsync($"{++number,6}\t{line}");
        });
    }
}

internal sealed class Tac : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var (lines, status) = await Streams.AllLinesAsync(self, "tac", new Arguments(arguments).Operands);
        for (var i = lines.Count - 1; i >= 0; i--) await self.WriteLineAsync(lines[i]);
        return status;
    }
}

internal sealed class Head : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments([.. arguments.Select(Tail.WithN)], "nc");
        if (options.TryValue(out var bytes, "c") && int.TryParse(bytes, out var limit))
        {
            return await Streams.ForEachFileAsync(self, "head", options.Operands, async (_, file) =>
            {
                var buffer = new byte[4096];
                for (var left = limit; left > 0 && await file.ReadAsync(buffer.AsMemory(0, int.Min(left, buffer.Length)), self.Killed) is var count and > 0; left -= count)
                    await self.Stdout.WriteAsync(buffer.AsMemory(0, count), self.Killed);
            });
        }
        var lines = int.TryParse(options.Value("n"), CultureInfo.InvariantCulture, out var n) ? n : 10;
        return await Streams.ForEachFileAsync(self, "head", options.Operands, async (path, file) =>
        {
            if (options.Operands.Count > 1) await self.WriteLineAsync($"==> {path} <==");
            var left = lines;
            if (left <= 0) return;
            await foreach (var line in Streams.LinesAsync(file, self.Killed))
            {
                await self.WriteLineAsync(line);
                if (--left == 0) break;
            }
        });
    }
}

internal sealed class Tail : IProgram
{
    private static readonly TimeSpan PollPeriod = TimeSpan.FromSeconds(1);

    /// <summary><c>-5</c> means <c>-n5</c>.</summary>
    public static string WithN(string argument) =>
        argument.Length > 1 && argument[0] == '-' && argument.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0 ? "-n" + argument[1..] : argument;

    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments([.. arguments.Select(WithN)], "nc");
        var wanted = options.Value("n") ?? "10";
        var fromStart = wanted.StartsWith('+');
        var count = int.TryParse(wanted.TrimStart('+'), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var n) ? int.Abs(n) : 10;
        var follows = options.Has("f", "F", "follow");
        var read = new Dictionary<string, int>();
        var status = await Streams.ForEachFileAsync(self, "tail", options.Operands, async (path, file) =>
        {
            if (follows && file is NullFile) return;
            var bytes = await file.ReadToEndAsync(self.Killed);
            read[path] = bytes.Length;
            var lines = Streams.SplitLines(bytes).ToArray();
            var shown = options.TryValue(out var c, "c") ? null : fromStart ? lines.Skip(count - 1) : lines.TakeLast(count);
            if (options.Operands.Count > 1) await self.WriteLineAsync($"==> {path} <==");
            if (shown is null)
                await self.Stdout.WriteAsync(bytes.AsMemory(int.Max(0, bytes.Length - int.Parse(c!, CultureInfo.InvariantCulture))), self.Killed);
            else foreach (var line in shown) await self.WriteLineAsync(line);
        });
        if (!follows || (status != 0 && read.Count == 0 && !options.Has("F"))) return status;
        return await FollowAsync(self, options.Operands, read);
    }

    // As tail without inotify does: look once a second. A file that was replaced or cut is read from its start.
    private static async ValueTask<int> FollowAsync(SimProcess self, List<string> paths, Dictionary<string, int> read)
    {
        while (true)
        {
            if (paths.TrueForAll(p => self.Files.Find(p) is DeviceNode || p == "/dev/null")) await self.NextSignalAsync();
            await self.SleepAsync(PollPeriod);
            foreach (var path in paths)
            {
                if (self.Files.Find(path) is not RegularFile file) continue;
                var from = read.GetValueOrDefault(path);
                if (file.Length == from) continue;
                var bytes = await self.Files.ReadAllAsync(path);
                await self.Stdout.WriteAsync(bytes.AsMemory(bytes.Length < from ? 0 : from), self.Killed);
                read[path] = bytes.Length;
            }
        }
    }
}

internal sealed class WordCount : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments);
        var all = !options.Has("l", "w", "c", "m");
        var totals = (Lines: 0L, Words: 0L, Bytes: 0L);
        var status = await Streams.ForEachFileAsync(self, "wc", options.Operands, async (path, file) =>
        {
            var bytes = await file.ReadToEndAsync(self.Killed);
            var counts = (Lines: (long)bytes.AsSpan().Count((byte)'\n'), Words: (long)Encoding.UTF8.GetString(bytes).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length, Bytes: (long)bytes.Length);
            totals = (totals.Lines + counts.Lines, totals.Words + counts.Words, totals.Bytes + counts.Bytes);
            await self.WriteLineAsync(Row(counts, path == "-" ? "" : path));
        });
        if (options.Operands.Count > 1) await self.WriteLineAsync(Row(totals, "total"));
        return status;

        string Row((long Lines, long Words, long Bytes) counts, string name)
        {
            var columns = new List<long>();
            if (all || options.Has("l")) columns.Add(counts.Lines);
            if (all || options.Has("w")) columns.Add(counts.Words);
            if (all || options.Has("c", "m")) columns.Add(counts.Bytes);
            var numbers = columns.Count == 1 ? columns[0].ToString(CultureInfo.InvariantCulture) : string.Join(' ', columns.Select(c => $"{c,9}"));
            return name == "" ? numbers : $"{numbers} {name}";
        }
    }
}

internal sealed class Reverse : IProgram
{
    public ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments) =>
        Streams.ForEachFileAsync(self, "rev", new Arguments(arguments).Operands, async (_, file) =>
        {
            await foreach (var line in Streams.LinesAsync(file, self.Killed)) await self.WriteLineAsync(new string([.. line.Reverse()]));
        });
}

internal sealed class NumberLines : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var (lines, status) = await Streams.AllLinesAsync(self, "nl", new Arguments(arguments, "b").Operands);
        var number = 0;
        foreach (var line in lines) await self.WriteLineAsync(line == "" ? "       " : $"{++number,6}\t{line}");
        return status;
    }
}

internal sealed class Base64 : IProgram
{
    public ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments, "w");
        return Streams.ForEachFileAsync(self, "base64", options.Operands, async (_, file) =>
        {
            var bytes = await file.ReadToEndAsync(self.Killed);
            if (!options.Has("d", "decode"))
            {
                await self.WriteAsync(string.Concat(Convert.ToBase64String(bytes).Chunk(76).Select(row => new string(row) + "\n")));
                return;
            }
            var text = string.Concat(Encoding.UTF8.GetString(bytes).Where(c => !char.IsWhiteSpace(c)));
            var decoded = new byte[text.Length];
            if (!Convert.TryFromBase64String(text, decoded, out var count)) throw new FileError("truncated input");
            await self.Stdout.WriteAsync(decoded.AsMemory(0, count), self.Killed);
        });
    }
}

internal sealed class Checksum : IProgram
{
    public ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments) =>
        Streams.ForEachFileAsync(self, FileTree.Name(arguments[0]), new Arguments(arguments).Operands, async (path, file) =>
        {
            var bytes = await file.ReadToEndAsync(self.Killed);
#pragma warning disable CA5351 // md5sum is a checksum here, not a protection.
            var sum = FileTree.Name(arguments[0]) == "md5sum" ? MD5.HashData(bytes) : SHA256.HashData(bytes);
#pragma warning restore CA5351
            await self.WriteLineAsync($"{Convert.ToHexStringLower(sum)}  {path}");
        });
}
