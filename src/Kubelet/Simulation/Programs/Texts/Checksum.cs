using System.Security.Cryptography;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Texts;

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
