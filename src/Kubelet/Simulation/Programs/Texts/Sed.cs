using System.Text;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Texts;

/// <summary>sed: the script over standard input or files as one text; with <c>-i</c> over each file, which it replaces.</summary>
internal sealed class Sed : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        // -i takes a suffix only when it is joined, so it is no letter with a value.
        var inPlace = arguments.FirstOrDefault(a => a.StartsWith("-i", StringComparison.Ordinal));
        var options = new Arguments([.. arguments.Where(a => a != inPlace)], "ef");
        var operands = options.Operands;
        try
        {
            var scripts = options.Values("e").ToList();
            foreach (var path in options.Values("f")) scripts.Add(await self.Files.ReadTextAsync(path));
            if (scripts.Count == 0)
            {
                if (operands.Count == 0)
                {
                    await self.ErrorAsync("Usage: sed [-i[SFX]] [-nrE] [-f FILE]... [-e CMD]... [FILE]...");
                    return 1;
                }
                scripts.Add(operands[0]);
                operands.RemoveAt(0);
            }
            var script = SedScript.Parse(self, string.Join('\n', scripts), options.Has("E", "r"));
            if (inPlace is null) return await RunAsync(self, script, operands, options.Has("n"), text => self.WriteAsync(text));
            var status = 0;
            foreach (var path in operands) status = int.Max(status, await ReplaceAsync(self, script, path, options.Has("n"), inPlace[2..]));
            return status;
        }
        catch (FileError error)
        {
            await self.ErrorAsync($"sed: {error.Message}");
            return 1;
        }
    }

    private static async ValueTask<int> ReplaceAsync(SimProcess self, SedScript script, string path, bool quiet, string suffix)
    {
        var output = new StringBuilder();
        var status = await RunAsync(self, script, [path], quiet, text =>
        {
            if (output.Append(text).Length > FileTree.MaxFileBytes) throw FileError.NoSpace;
            return ValueTask.CompletedTask;
        });
        if (status != 0) return status;
        if (suffix != "") await self.Files.WriteTextAsync(path + suffix, await self.Files.ReadTextAsync(path));
        await self.Files.WriteTextAsync(path, output.ToString());
        return 0;
    }

    private static async ValueTask<int> RunAsync(SimProcess self, SedScript script, IReadOnlyList<string> files, bool quiet, Func<string, ValueTask> write)
    {
        var run = new SedRun(self, script, quiet, write);
        string? held = null;            // one line behind, so that "$" is known
        var status = await Streams.ForEachFileAsync(self, "sed", files, async (_, file) =>
        {
            await foreach (var line in Streams.LinesAsync(self, file))
            {
                if (held is not null && !run.HasQuit) await run.TakeAsync(held, isLast: false);
                held = line;
                if (run.HasQuit) return;
            }
        }, isPlain: true);
        if (held is not null && !run.HasQuit) await run.TakeAsync(held, isLast: true);
        return status != 0 ? status : run.ExitCode;
    }
}
