using System.Globalization;
using System.Text;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Texts;

internal sealed class Printf : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        if (arguments.Count < 2)
        {
            await self.ErrorAsync("printf: usage: printf FORMAT [ARG]...");
            return 1;
        }
        var output = new StringBuilder();
        var values = new Queue<string>(arguments.Skip(2));
        do
        {
            var before = values.Count;
            Format(output, arguments[1], values);
            if (values.Count == before) break;      // the format takes no arguments: once is all
        }
        while (values.Count > 0 && output.Length < 1 << 20);
        await self.WriteAsync(output.ToString());
        return 0;
    }

    private static void Format(StringBuilder output, string format, Queue<string> values)
    {
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] == '\\')
            {
                var length = Escapes.LengthAt(format, i);
                output.Append(Escapes.Expand(format.Substring(i, length)).Text);
                i += length - 1;
            }
            else if (format[i] != '%') output.Append(format[i]);
            else if (i + 1 < format.Length && format[i + 1] == '%')
            {
                output.Append('%');
                i++;
            }
            else i = Conversion(output, format, i, values);
        }
    }

    private static int Conversion(StringBuilder output, string format, int at, Queue<string> values)
    {
        var end = at + 1;
        while (end < format.Length && "-+ #0123456789.*".Contains(format[end])) end++;
        if (end >= format.Length) return end;
        var flags = format[(at + 1)..end];
        if (flags.Contains('*')) flags = flags.Replace("*", values.TryDequeue(out var width) ? width : "0", StringComparison.Ordinal);
        var value = values.TryDequeue(out var next) ? next : "";
        output.Append(Convert(format[end], flags, value));
        return end;
    }

    private static string Convert(char kind, string flags, string value)
    {
        var dot = flags.IndexOf('.');
        int? precision = dot < 0 ? null : int.TryParse(flags[(dot + 1)..], out var p) ? p : 0;
        var widthText = (dot < 0 ? flags : flags[..dot]).TrimStart('-', '+', ' ', '#', '0');
        var width = int.Min(int.TryParse(widthText, out var w) ? w : 0, 4096);
        var left = flags.Contains('-');
        var number = long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var n) ? n : value is ['\'' or '"', var c, ..] ? c : 0;
        var text = kind switch
        {
            's' => precision is { } cut && cut < value.Length ? value[..cut] : value,
            'b' => Escapes.Expand(value).Text,
            'c' => value.Length > 0 ? value[..1] : "",
            'd' or 'i' or 'u' => number.ToString(CultureInfo.InvariantCulture),
            'x' => number.ToString("x", CultureInfo.InvariantCulture),
            'X' => number.ToString("X", CultureInfo.InvariantCulture),
            'o' => System.Convert.ToString(number, 8),
            'f' or 'e' or 'g' => (double.TryParse(value, CultureInfo.InvariantCulture, out var real) ? real : 0).ToString("F" + (precision ?? 6), CultureInfo.InvariantCulture),
            _ => "%" + flags + kind,
        };
        if (flags.Contains('+') && (kind is 'd' or 'i') && number >= 0) text = "+" + text;
        var zero = flags.StartsWith('0') && !left && kind is not ('s' or 'c' or 'b');
        return left ? text.PadRight(width) : text.PadLeft(width, zero ? '0' : ' ');
    }
}
