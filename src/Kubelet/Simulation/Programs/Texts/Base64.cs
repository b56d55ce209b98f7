using System.Text;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Texts;

/// <summary>base64: encodes in lines of 76, <c>-d</c> decodes.</summary>
internal sealed class Base64 : IProgram
{
    private const int BytesPerRow = 57;        // 76 characters
    private const int RowsAtOnce = 64;

    public ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments, "w");
        return Streams.ForEachFileAsync(self, "base64", options.Operands, (_, file) => options.Has("d", "decode") ? DecodeAsync(self, file) : EncodeAsync(self, file), isPlain: true);
    }

    private static async ValueTask EncodeAsync(SimProcess self, OpenFile file)
    {
        var buffer = new byte[BytesPerRow * RowsAtOnce];
        var rows = new StringBuilder();
        int filled;
        do
        {
            filled = await FillAsync(self, file, buffer);
            for (var at = 0; at < filled; at += BytesPerRow) rows.Append(Convert.ToBase64String(buffer, at, int.Min(BytesPerRow, filled - at))).Append('\n');
            if (filled > 0) await self.WriteAsync(rows.ToString());
            rows.Clear();
        }
        while (filled == buffer.Length);
    }

    private static async ValueTask DecodeAsync(SimProcess self, OpenFile file)
    {
        var text = string.Concat(Encoding.UTF8.GetString(await file.ReadToEndAsync(self)).Where(c => !char.IsWhiteSpace(c)));
        var decoded = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, decoded, out var count)) throw new FileError("truncated input");
        await self.Stdout.WriteAsync(decoded.AsMemory(0, count), self.Killed);
    }

    // A pipe gives what it has: rows are made of whole ones only.
    private static async ValueTask<int> FillAsync(SimProcess self, OpenFile file, byte[] buffer)
    {
        var filled = 0;
        while (filled < buffer.Length && await file.ReadAsync(buffer.AsMemory(filled), self.Killed) is var count and > 0) filled += count;
        return filled;
    }
}
