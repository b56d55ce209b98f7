using System.Text;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Texts;

/// <summary>base64: encodes in lines of 76, <c>-d</c> decodes.</summary>
internal sealed class Base64 : IProgram
{
    public ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments, "w");
        return Streams.ForEachFileAsync(self, "base64", options.Operands, async (_, file) =>
        {
            var bytes = await file.ReadToEndAsync(self);
            if (!options.Has("d", "decode"))
            {
                await self.WriteAsync(string.Concat(Convert.ToBase64String(bytes).Chunk(76).Select(row => new string(row) + "\n")));
                return;
            }
            var text = string.Concat(Encoding.UTF8.GetString(bytes).Where(c => !char.IsWhiteSpace(c)));
            var decoded = new byte[text.Length];
            if (!Convert.TryFromBase64String(text, decoded, out var count)) throw new FileError("truncated input");
            await self.Stdout.WriteAsync(decoded.AsMemory(0, count), self.Killed);
        }, isPlain: true);
    }
}
