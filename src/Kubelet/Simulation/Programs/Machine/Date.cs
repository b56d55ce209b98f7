using System.Globalization;
using System.Text;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Machine;

/// <summary>date: always UTC, of the process's own clock, so that a lab's time shows; <c>-d -r -I -R</c> and formats.</summary>
internal sealed class Date : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        // -I takes its precision only when it is joined.
        var precision = arguments.FirstOrDefault(a => a.StartsWith("-I", StringComparison.Ordinal));
        var options = new Arguments([.. arguments.Where(a => a != precision)], "dsrD");
        var now = self.Clock.Now.UtcDateTime;
        if (options.TryValue(out var reference, "r"))
        {
            if (self.Files.Find(reference) is not { } node)
            {
                await self.ErrorAsync($"date: can't stat '{reference}': No such file or directory");
                return 1;
            }
            now = node.ModifiedAt.UtcDateTime;
        }
        if (options.TryValue(out var given, "d"))
        {
            if (Dates.Parse(given, self.Clock.Now) is { } date) now = date.UtcDateTime;
            else
            {
                await self.ErrorAsync($"date: invalid date '{given}'");
                return 1;
            }
        }
        var format = options.Operands.Find(o => o.StartsWith('+'));
        await self.WriteLineAsync(format is null ? precision is not null ? Format(now, Iso(precision[2..])) : options.Has("R") ? Format(now, "%a, %d %b %Y %H:%M:%S +0000") : Format(now, "%a %b %e %H:%M:%S UTC %Y") : Format(now, format[1..]));
        return 0;
    }

    private static string Iso(string precision) => precision switch
    {
        "" or "date" => "%Y-%m-%d",
        ['h', ..] => "%Y-%m-%dT%H+00:00",
        ['m', ..] => "%Y-%m-%dT%H:%M+00:00",
        _ => "%Y-%m-%dT%H:%M:%S+00:00",
    };

    public static string Format(DateTime time, string format)
    {
        var text = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length) text.Append(format[i]);
            else text.Append(Part(time, format[++i]));
        }
        return text.ToString();
    }

    private static string Part(DateTime time, char letter) => letter switch
    {
        'Y' => Part(time, "yyyy"), 'y' => Part(time, "yy"), 'm' => Part(time, "MM"), 'd' => Part(time, "dd"), 'e' => $"{time.Day,2}", 'H' => Part(time, "HH"), 'M' => Part(time, "mm"), 'S' => Part(time, "ss"),
        'I' => Part(time, "hh"), 'p' => Part(time, "tt"), 'a' => Part(time, "ddd"), 'A' => Part(time, "dddd"), 'b' or 'h' => Part(time, "MMM"), 'B' => Part(time, "MMMM"), 'T' => Part(time, "HH:mm:ss"), 'F' => Part(time, "yyyy-MM-dd"),
        'D' => Part(time, "MM/dd/yy"), 'R' => Part(time, "HH:mm"), 'Z' => "UTC", 'z' => "+0000", 'N' => Part(time, "fffffff") + "00", 'j' => $"{time.DayOfYear:000}", 'n' => "\n", 't' => "\t", '%' => "%",
        's' => new DateTimeOffset(time, TimeSpan.Zero).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        'u' => (time.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)time.DayOfWeek).ToString(CultureInfo.InvariantCulture),
        'w' => ((int)time.DayOfWeek).ToString(CultureInfo.InvariantCulture),
        'C' => Part(time, "yyyy")[..2], 'G' => ISOWeek.GetYear(time).ToString(CultureInfo.InvariantCulture), 'V' => $"{ISOWeek.GetWeekOfYear(time):00}",
        'U' => $"{(time.DayOfYear + 6 - (int)time.DayOfWeek) / 7:00}", 'l' => $"{(time.Hour + 11) % 12 + 1,2}", 'k' => $"{time.Hour,2}",
        'x' => Part(time, "MM/dd/yy"), 'X' => Part(time, "HH:mm:ss"),
        'c' => Format(time, "%a %b %e %H:%M:%S %Y"),
        _ => "%" + letter,
    };

    private static string Part(DateTime time, string net) => time.ToString(net, CultureInfo.InvariantCulture);
}
