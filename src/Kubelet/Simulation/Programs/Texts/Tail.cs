using System.Globalization;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Texts;

/// <summary>tail: the last lines, <c>-n</c>, or bytes, <c>-c</c>; <c>-f</c> looks once a second for more.</summary>
internal sealed class Tail : IProgram
{
    private static readonly TimeSpan PollPeriod = TimeSpan.FromSeconds(1);

    /// <summary><c>-5</c> means <c>-n5</c>, <c>+5</c> means <c>-n+5</c>; but not where it is the value of an option.</summary>
    public static List<string> Spelled(IReadOnlyList<string> arguments)
    {
        var spelled = new List<string>();
        foreach (var argument in arguments)
        {
            var isCount = argument.Length > 1 && (argument[0] is '-' or '+') && argument.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0;
            spelled.Add(isCount && spelled[^1] is not ("-n" or "-c") ? "-n" + argument[(argument[0] == '-' ? 1 : 0)..] : argument);
        }
        return spelled;
    }

    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(Spelled(arguments), "ncs");
        var wanted = options.Value("n") ?? "10";
        var fromStart = wanted.StartsWith('+');
        var count = int.TryParse(wanted.TrimStart('+'), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var n) ? int.Abs(n) : 10;
        var follows = options.Has("f", "F", "follow");
        var read = new Dictionary<string, int>();
        var status = await Streams.ForEachFileAsync(self, "tail", options.Operands, async (path, file) =>
        {
            if (follows && path == "/dev/null") return;
            var bytes = await file.ReadToEndAsync(self);
            read[path] = bytes.Length;
            var lines = await Streams.SplitAsync(self, bytes);
            var shown = options.TryValue(out var c, "c") ? null : fromStart ? lines.Skip(count - 1) : lines.TakeLast(count);
            if (options.Operands.Count(self.Files.Exists) > 1 && !options.Has("q")) await self.WriteLineAsync($"{(read.Count > 1 ? "\n" : "")}==> {path} <==");
            if (shown is null)
                await self.Stdout.WriteAsync(bytes.AsMemory(int.Max(0, bytes.Length - (int.TryParse(c, CultureInfo.InvariantCulture, out var tail) ? int.Abs(tail) : 10))), self.Killed);
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
