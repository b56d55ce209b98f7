using System.Globalization;
using System.Text;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Texts;

/// <summary>printf: the format is used again as long as there are arguments. A bad number counts as 0 and makes the status 1.</summary>
internal sealed class Printf : IProgram
{
    private const int MaxOutput = 1 << 20;

    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        if (arguments.Count < 2)
        {
            await self.ErrorAsync($"{self.Name}: usage: printf FORMAT [ARGUMENT...]");
            return 1;
        }
        var run = new Run(new Queue<string>(arguments.Skip(2)));
        await self.Work.PayAsync(arguments[1].Length + (WorkMeter.PerItem * (long)arguments.Count));
        int before;
        do
        {
            before = run.Left;
            run.Format(arguments[1]);
        }
        while (!run.HasEnded && run.Left > 0 && run.Left < before && run.Output.Length < MaxOutput);
        await self.WriteAsync(run.Output.ToString());
        foreach (var complaint in run.Complaints) await self.ErrorAsync($"{self.Name}: {complaint}");
        return run.Complaints.Count > 0 ? 1 : 0;
    }

    private sealed class Run(Queue<string> values)
    {
        public StringBuilder Output { get; } = new();
        public List<string> Complaints { get; } = [];
        public bool HasEnded { get; private set; }
        public int Left => values.Count;

        public void Format(string format)
        {
            for (var i = 0; i < format.Length && !HasEnded && Output.Length < MaxOutput; i++)
            {
                if (format[i] == '\\')
                {
                    var length = Escapes.LengthAt(format, i);
                    Escaped(format.Substring(i, length));
                    i += length - 1;
                }
                else if (format[i] != '%') Output.Append(format[i]);
                else if (i + 1 < format.Length && format[i + 1] == '%')
                {
                    Output.Append('%');
                    i++;
                }
                else i = Conversion(format, i);
            }
        }

        private void Escaped(string text)
        {
            var (expanded, ended) = Escapes.Expand(text, inEcho: true);
            Output.Append(expanded);
            HasEnded |= ended;
        }

        private int Conversion(string format, int at)
        {
            var end = at + 1;
            while (end < format.Length && "-+ #0123456789.*hlLqjzt".Contains(format[end])) end++;
            if (end >= format.Length || !"sbcdiuxXofFeEgG".Contains(format[end]))
            {
                Complaints.Add($"{format[at..int.Min(end + 1, format.Length)]}: invalid format");
                HasEnded = true;
                return end;
            }
            var flags = format[(at + 1)..end].TrimEnd('h', 'l', 'L', 'q', 'j', 'z', 't');
            while (flags.IndexOf('*') is var star and >= 0) flags = flags[..star] + (values.TryDequeue(out var width) ? width : "0") + flags[(star + 1)..];
            Convert(format[end], flags, values.TryDequeue(out var value) ? value : "");
            return end;
        }

        private void Convert(char kind, string flags, string value)
        {
            var dot = flags.IndexOf('.');
            int? precision = dot < 0 ? null : int.TryParse(flags[(dot + 1)..], out var p) ? int.Min(p, 100) : 0;
            var head = dot < 0 ? flags : flags[..dot];
            var marks = head[..^head.TrimStart('-', '+', ' ', '#', '0').Length];
            var width = int.Min(int.TryParse(head[marks.Length..], out var w) ? w : 0, 4096);
            if (kind == 'b')
            {
                Escaped(value);
                return;
            }
            var text = kind switch
            {
                's' => precision is { } cut && cut < value.Length ? value[..cut] : value,
                'c' => value == "" ? "\0" : value[..1],
                'd' or 'i' => Integer(value).ToString(CultureInfo.InvariantCulture).PadLeft(precision ?? 0, '0'),
                'u' => unchecked((ulong)Integer(value)).ToString(CultureInfo.InvariantCulture),
                'x' or 'X' => (marks.Contains('#') ? "0x" : "") + Integer(value).ToString("x", CultureInfo.InvariantCulture),
                'o' => (marks.Contains('#') ? "0" : "") + System.Convert.ToString(Integer(value), 8),
                _ => CNumbers.Format(Real(value), kind, precision ?? 6),
            };
            if (kind is 'X' or 'E' or 'G') text = text.ToUpperInvariant();
            if ("difeEgGF".Contains(kind) && text[0] != '-') text = (marks.Contains('+') ? "+" : marks.Contains(' ') ? " " : "") + text;
            Output.Append(Padded(text, width, marks.Contains('-'), marks.Contains('0') && kind is not ('s' or 'c')));
        }

        private static string Padded(string text, int width, bool left, bool zeroes)
        {
            if (left) return text.PadRight(width);
            if (!zeroes) return text.PadLeft(width);
            var sign = text.Length > 0 && text[0] is '-' or '+' or ' ' ? text[..1] : "";
            return sign + text[sign.Length..].PadLeft(int.Max(0, width - sign.Length), '0');
        }

        private long Integer(string value)
        {
            if (value is ['\'' or '"', var c, ..]) return c;
            if (CNumbers.Parse(value) is { } number) return number;
            Complaints.Add($"invalid number '{value}'");
            return 0;
        }

        private double Real(string value)
        {
            if (value is ['\'' or '"', var c, ..]) return c;
            if (double.TryParse(value.TrimStart(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)) return number;
            Complaints.Add($"invalid number '{value}'");
            return 0;
        }
    }
}
