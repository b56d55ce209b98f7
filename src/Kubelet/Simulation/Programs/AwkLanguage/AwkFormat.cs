using System.Globalization;
using System.Text;
using MiniK8s.Kubelet.Simulation.Files;

namespace MiniK8s.Kubelet.Simulation.Programs.AwkLanguage;

/// <summary>printf and sprintf of awk: as C's, with what is missing taken as nothing.</summary>
internal static class AwkFormat
{
    private const int MaxLength = 1 << 20, MaxWidth = 4096, MaxPrecision = 100;

    public static string Format(string format, IReadOnlyList<AwkValue> values)
    {
        var text = new StringBuilder();
        var next = 0;
        for (var i = 0; i < format.Length && text.Length <= MaxLength; i++)
        {
            if (format[i] != '%') text.Append(format[i]);
            else if (i + 1 < format.Length && format[i + 1] == '%') text.Append(format[++i]);
            else i = Convert(format, i, text, () => next < values.Count ? values[next++] : default);
        }
        return text.Length <= MaxLength ? text.ToString() : throw new FileError("out of memory");
    }

    private static int Convert(string format, int at, StringBuilder text, Func<AwkValue> next)
    {
        var end = at + 1;
        while (end < format.Length && "-+ #0123456789.*hlL".Contains(format[end])) end++;
        if (end >= format.Length)
        {
            text.Append(format.AsSpan(at));
            return end;
        }
        var flags = format[(at + 1)..end].TrimEnd('h', 'l', 'L');
        while (flags.IndexOf('*') is var star and >= 0) flags = $"{flags[..star]}{Whole(next().Number)}{flags[(star + 1)..]}";
        var dot = flags.IndexOf('.');
        int? precision = dot < 0 ? null : int.TryParse(flags[(dot + 1)..], CultureInfo.InvariantCulture, out var p) ? int.Clamp(p, 0, MaxPrecision) : 0;
        var head = dot < 0 ? flags : flags[..dot];
        var marks = head[..^head.TrimStart('-', '+', ' ', '#', '0').Length];
        var width = int.TryParse(head[marks.Length..], CultureInfo.InvariantCulture, out var w) ? int.Min(w, MaxWidth) : 0;
        var kind = format[end];
        var one = One(kind, next(), precision, marks);
        if (kind is 'X' or 'E' or 'G') one = one.ToUpperInvariant();
        if ("diefgEG".Contains(kind) && !one.StartsWith('-')) one = (marks.Contains('+') ? "+" : marks.Contains(' ') ? " " : "") + one;
        text.Append(Padded(one, width, marks.Contains('-'), marks.Contains('0') && kind is not ('s' or 'c')));
        return end;
    }

    private static string One(char kind, AwkValue value, int? precision, string marks) => kind switch
    {
        'd' or 'i' => Whole(value.Number).ToString(CultureInfo.InvariantCulture).PadLeft(precision ?? 0, '0'),
        'u' => unchecked((ulong)Whole(value.Number)).ToString(CultureInfo.InvariantCulture),
        'x' or 'X' => (marks.Contains('#') ? "0x" : "") + Whole(value.Number).ToString("x", CultureInfo.InvariantCulture),
        'o' => (marks.Contains('#') ? "0" : "") + System.Convert.ToString(Whole(value.Number), 8),
        'c' => value.IsText ? value.Text() is [var first, ..] ? first.ToString() : "" : ((char)Whole(value.Number)).ToString(),
        'e' or 'E' or 'f' or 'F' or 'g' or 'G' => CNumbers.Format(value.Number, kind, precision ?? 6),
        _ => value.Text() is var text && precision is { } cut && cut < text.Length ? text[..cut] : value.Text(),
    };

    private static long Whole(double number) => double.IsNaN(number) ? 0 : (long)double.Clamp(number, long.MinValue, long.MaxValue);

    private static string Padded(string text, int width, bool left, bool zeroes)
    {
        if (left) return text.PadRight(width);
        if (!zeroes) return text.PadLeft(width);
        var sign = text is ['-' or '+' or ' ', ..] ? text[..1] : "";
        return sign + text[sign.Length..].PadLeft(int.Max(0, width - sign.Length), '0');
    }
}
