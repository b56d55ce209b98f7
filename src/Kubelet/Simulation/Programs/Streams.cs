using System.Text;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs;

/// <summary>What text tools share: reading the named files, or standard input, line by line.</summary>
internal static class Streams
{
    private const int MaxLine = 1 << 20;
    private const int BytesPerLine = 64;        // what the host keeps of a line beside its text

    /// <summary>
    /// Calls back with each file in turn (<c>-</c> and none: standard input); a file that cannot be opened is reported as <c>tool: can't
    /// open 'x': why</c>, or with <paramref name="isPlain"/> as <c>tool: x: why</c>. Answers 0, or 1 if any failed.
    /// </summary>
    public static async ValueTask<int> ForEachFileAsync(
        SimProcess self, string tool, IReadOnlyList<string> files, Func<string, OpenFile, ValueTask> read, bool isPlain = false, bool isQuiet = false)
    {
        var status = 0;
        foreach (var path in files.Count == 0 ? ["-"] : files)
        {
            try
            {
                var file = new MeteredFile(self, path == "-" ? self.Stdin.Retain() : self.Files.OpenRead(path));
                try
                {
                    await read(path, file);
                }
                finally
                {
                    file.Release();
                }
            }
            catch (FileError error)
            {
                // busybox opens a directory and only then fails to read it.
                if (!isQuiet)
                    await self.ErrorAsync(isPlain ? $"{tool}: {path}: {error.Message}" : error.Message == FileError.IsDirectory.Message ? $"{tool}: read error: {error.Message}" : $"{tool}: can't open '{path}': {error.Message}");
                status = 1;
            }
        }
        return status;
    }

    /// <summary>All lines of the files, one list.</summary>
    public static async ValueTask<(List<string> Lines, int Status)> AllLinesAsync(SimProcess self, string tool, IReadOnlyList<string> files, bool isPlain = false)
    {
        var lines = new List<string>();
        var status = await ForEachFileAsync(self, tool, files, async (_, file) =>
        {
            lines.AddRange(await SplitAsync(self, await file.ReadToEndAsync(self)));
        }, isPlain);
        return (lines, status);
    }

    /// <summary>What was read as lines, which the process then holds until it ends.</summary>
    public static async ValueTask<ArraySegment<string>> SplitAsync(SimProcess self, byte[] bytes)
    {
        if (bytes.Length == 0) return [];
        var count = bytes.AsSpan().Count((byte)'\n');
        self.Hold(BytesPerLine * (long)count);
        await self.Work.PayAsync(WorkMeter.PerLine * (long)count);
        var lines = Encoding.UTF8.GetString(bytes).Split('\n');
        return new ArraySegment<string>(lines, 0, bytes[^1] == '\n' ? lines.Length - 1 : lines.Length);
    }

    /// <summary>Lines as they come; waits for more while the file is open. A line of more than 1 MiB comes in parts.</summary>
    public static async IAsyncEnumerable<string> LinesAsync(SimProcess self, OpenFile file)
    {
        var pending = new MemoryStream();
        var buffer = new byte[4096];
        while (await file.ReadAsync(buffer, self.Killed) is var count and > 0)
        {
            var start = 0;
            for (var i = 0; i < count; i++)
            {
                if (buffer[i] != '\n') continue;
                await self.Work.PayAsync(WorkMeter.PerLine);
                pending.Write(buffer, start, i - start);
                yield return Encoding.UTF8.GetString(pending.ToArray());
                pending.SetLength(0);
                start = i + 1;
            }
            pending.Write(buffer, start, count - start);
            if (pending.Length <= MaxLine) continue;
            yield return Encoding.UTF8.GetString(pending.ToArray());
            pending.SetLength(0);
        }
        if (pending.Length > 0) yield return Encoding.UTF8.GetString(pending.ToArray());
    }

    public static async ValueTask CopyAsync(SimProcess self, OpenFile from, OpenFile to)
    {
        var buffer = new byte[16 << 10];
        while (await from.ReadAsync(buffer, self.Killed) is var count and > 0)
        {
            await self.Kernel.Throttle.StepAsync(self);
            await to.WriteAsync(buffer.AsMemory(0, count), self.Killed);
        }
    }
}
