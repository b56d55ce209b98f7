using System.Globalization;
using System.Text;

namespace MiniK8s.Lab.Commands.Store;

/// <summary>Bytes for a person to read, 16 to a line: offset, hexadecimal digits, and what is ASCII among them.</summary>
internal static class HexDump
{
    private const int Width = 16;

    public static string Of(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        for (var at = 0; at < bytes.Length; at += Width)
        {
            var line = bytes.Slice(at, int.Min(Width, bytes.Length - at));
            text.Append(CultureInfo.InvariantCulture, $"{at:x8} ");
            foreach (var value in line) text.Append(CultureInfo.InvariantCulture, $" {value:x2}");
            text.Append(' ', (3 * (Width - line.Length)) + 2);
            foreach (var value in line) text.Append(value is >= 0x20 and < 0x7f ? (char)value : '.');
            text.Append('\n');
        }
        return text.ToString();
    }
}
