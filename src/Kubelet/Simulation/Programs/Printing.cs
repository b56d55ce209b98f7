using System.Globalization;
using System.Text;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs;

internal sealed class Echo : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var (newLine, escapes, i) = (true, false, 1);
        for (; i < arguments.Count && arguments[i].Length > 1 && arguments[i][0] == '-' && arguments[i].AsSpan(1).IndexOfAnyExcept("neE") < 0; i++)
        {
            if (arguments[i].Contains('n')) newLine = false;
            if (arguments[i].Contains('e')) escapes = true;
        }
        var text = string.Join(' ', arguments.Skip(i));
        var ended = false;
        if (escapes) (text, ended) = Escapes.Expand(text, inEcho: true);
        await self.WriteAsync(newLine && !ended ? text + "\n" : text);
        return 0;
    }
}

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

/// <summary>Backslash escapes of echo -e and printf.</summary>
internal static class Escapes
{
    /// <summary><c>\c</c> ends the output: the second value says that it came.</summary>
    public static (string Text, bool Ended) Expand(string text, bool inEcho = false)
    {
        var result = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\' || i + 1 >= text.Length)
            {
                result.Append(text[i]);
                continue;
            }
            if (text[i + 1] == 'c' && inEcho) return (result.ToString(), true);
            var length = LengthAt(text, i);
            result.Append(One(text.AsSpan(i + 1, length - 1)));
            i += length - 1;
        }
        return (result.ToString(), false);
    }

    /// <summary>How many characters the escape at a place takes, the backslash included.</summary>
    public static int LengthAt(string text, int at)
    {
        if (at + 1 >= text.Length) return 1;
        var end = at + 2;
        if (text[at + 1] is >= '0' and <= '7')
            while (end < text.Length && end < at + (text[at + 1] == '0' ? 5 : 4) && text[end] is >= '0' and <= '7') end++;
        else if (text[at + 1] == 'x')
            while (end < text.Length && end < at + 4 && char.IsAsciiHexDigit(text[end])) end++;
        return end - at;
    }

    private static string One(ReadOnlySpan<char> escape) => escape.IsEmpty ? "\\" : escape[0] switch
    {
        'n' => "\n", 't' => "\t", 'r' => "\r", 'a' => "\a", 'b' => "\b", 'f' => "\f", 'v' => "\v", 'e' => "\u001b", '\\' => "\\", '"' => "\"",
        >= '0' and <= '7' => ((char)(Convert.ToInt32(escape.ToString(), 8) & 255)).ToString(),
        'x' when escape.Length > 1 => ((char)Convert.ToInt32(escape[1..].ToString(), 16)).ToString(),
        _ => "\\" + escape.ToString(),
    };
}

internal sealed class Sequence : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments([.. arguments.Select(a => a.Length > 1 && a[0] == '-' && char.IsAsciiDigit(a[1]) ? "\0" + a : a)], "s");
        var numbers = options.Operands.ConvertAll(o => long.TryParse(o.TrimStart('\0'), CultureInfo.InvariantCulture, out var n) ? n : 0);
        var (first, step, last) = numbers switch
        {
            [var end] => (1, 1, end),
            [var start, var end] => (start, 1L, end),
            [var start, var by, var end, ..] => (start, by, end),
            _ => (1, 1, 0),
        };
        var separator = options.Value("s") ?? "\n";
        var isFirst = true;
        for (var n = first; step > 0 ? n <= last : step < 0 && n >= last; n += step)
        {
            await self.Kernel.Throttle.StepAsync(self);
            await self.WriteAsync((isFirst ? "" : separator) + n.ToString(CultureInfo.InvariantCulture));
            isFirst = false;
        }
        if (!isFirst) await self.WriteAsync("\n");
        return 0;
    }
}

internal sealed class Yes : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var line = arguments.Count > 1 ? string.Join(' ', arguments.Skip(1)) : "y";
        while (true)
        {
            await self.Kernel.Throttle.StepAsync(self);
            await self.WriteLineAsync(line);
        }
    }
}
