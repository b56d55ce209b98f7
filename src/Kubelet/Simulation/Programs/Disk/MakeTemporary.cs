using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Disk;

internal sealed class MakeTemporary : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        while (true)
        {
            var path = $"/tmp/tmp.{Convert.ToHexString(Guid.NewGuid().ToByteArray())[..6]}";
            if (self.Files.Exists(path)) continue;
            if (new Arguments(arguments).Has("d")) self.Files.MakeDirectory(path);
            else self.Files.OpenWrite(path, append: false).Release();
            await self.WriteLineAsync(path);
            return 0;
        }
    }
}
