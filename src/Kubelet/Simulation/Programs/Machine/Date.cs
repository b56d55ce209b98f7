using System.Globalization;
using System.Text;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Machine;

internal sealed class Date : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments, "dsI");
        var now = self.Clock.Now.UtcDateTime;
        if (options.TryValue(out var given, "d"))
        {
            if (given.StartsWith('@') && long.TryParse(given.AsSpan(1), CultureInfo.InvariantCulture, out var epoch)) now = DateTimeOffset.FromUnixTimeSeconds(epoch).UtcDateTime;
            else if (given != "now" && !DateTime.TryParse(given, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out now))
            {
                await self.ErrorAsync($"date: invalid date '{given}'");
                return 1;
            }
        }
        var format = options.Operands.Find(o => o.StartsWith('+'));
        await self.WriteLineAsync(format is null ? options.Has("I") ? Format(now, "%Y-%m-%d") : Format(now, "%a %b %e %H:%M:%S UTC %Y") : Format(now, format[1..]));
        return 0;
    }

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
        'c' => Format(time, "%a %b %e %H:%M:%S %Y"),
        _ => "%" + letter,
    };

    private static string Part(DateTime time, string net) => time.ToString(net, CultureInfo.InvariantCulture);
}
