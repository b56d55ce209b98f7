using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Disk;

/// <summary>mktemp: a new file, or directory with <c>-d</c>, whose name has letters in place of the X at its end; <c>-u</c> only names it.</summary>
internal sealed class MakeTemporary : IProgram
{
    private const int MaxTries = 100;
    private const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments, "p");
        var template = options.Operands.FirstOrDefault() ?? "tmp.XXXXXX";
        if (options.Operands.Count == 0 || options.Has("p", "t")) template = $"{options.Value("p") ?? self.Env("TMPDIR") ?? "/tmp"}/{template}";
        var places = template.Length - template.TrimEnd('X').Length;
        try
        {
            if (places < 6) throw FileError.Invalid;
            for (var tries = 0; tries < MaxTries; tries++)
            {
                await self.Kernel.Throttle.StepAsync(self);
                var path = template[..^places] + string.Concat(Guid.NewGuid().ToByteArray().Take(places).Select(b => Letters[b % Letters.Length]));
                if (self.Files.Find(path, followLast: false) is not null) continue;
                if (options.Has("d") && !options.Has("u")) self.Files.MakeDirectory(path, 0b111_000_000);
                else if (!options.Has("u"))
                {
                    self.Files.OpenWrite(path, append: false).Release();
                    self.Files.SetAttributes(path, mode: 0b110_000_000);
                }
                await self.WriteLineAsync(path);
                return 0;
            }
            throw FileError.Exists;
        }
        catch (FileError error)
        {
            await self.ErrorAsync($"mktemp: {(places < 6 ? "(null)" : template)}: {error.Message}");
            return 1;
        }
    }
}
