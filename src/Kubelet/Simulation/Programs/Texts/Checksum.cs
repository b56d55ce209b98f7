using System.Security.Cryptography;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Texts;

/// <summary>md5sum, sha1sum, sha256sum and sha512sum; <c>-c</c> compares with what a file says.</summary>
internal sealed class Checksum : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var (tool, options) = (FileTree.Name(arguments[0]), new Arguments(arguments));
        if (options.Has("c")) return await CheckAsync(self, tool, options);
        return await Streams.ForEachFileAsync(self, tool, options.Operands, async (path, file) =>
            await self.WriteLineAsync($"{Sum(tool, await file.ReadToEndAsync(self))}  {path}"));
    }

    private static async ValueTask<int> CheckAsync(SimProcess self, string tool, Arguments options)
    {
        var (rows, status) = await Streams.AllLinesAsync(self, tool, options.Operands, isPlain: true);
        var failed = 0;
        foreach (var (sum, path) in rows.Select(r => r.Split("  ", 2)).Where(r => r.Length == 2).Select(r => (r[0], r[1])))
        {
            var isSame = false;
            await Streams.ForEachFileAsync(self, tool, [path], async (_, file) => isSame = Sum(tool, await file.ReadToEndAsync(self)) == sum);
            if (!options.Has("s")) await self.WriteLineAsync($"{path}: {(isSame ? "OK" : "FAILED")}");
            if (!isSame) failed++;
        }
        if (failed > 0 && !options.Has("s")) await self.ErrorAsync($"{tool}: WARNING: {failed} of {rows.Count} computed checksums did NOT match");
        return failed > 0 ? 1 : status;
    }

#pragma warning disable CA5350, CA5351 // Checksums here, not protections.
    private static string Sum(string tool, byte[] bytes) => Convert.ToHexStringLower(tool switch
    {
        "md5sum" => MD5.HashData(bytes),
        "sha1sum" => SHA1.HashData(bytes),
        "sha512sum" => SHA512.HashData(bytes),
        _ => SHA256.HashData(bytes),
    });
#pragma warning restore CA5350, CA5351
}
