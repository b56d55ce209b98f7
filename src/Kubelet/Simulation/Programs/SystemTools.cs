using System.Globalization;
using System.Text;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs;

internal sealed class Constant(int code) : IProgram
{
    public ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments) => ValueTask.FromResult(code);
}

internal sealed class Sleep : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        if (arguments.Count < 2)
        {
            await self.ErrorAsync("sleep: missing operand");
            return 1;
        }
        var total = TimeSpan.Zero;
        foreach (var argument in arguments.Skip(1))
        {
            if (argument is "infinity" or "inf") await self.NextSignalAsync();
            if (Durations.Parse(argument) is not { } duration)
            {
                await self.ErrorAsync($"sleep: invalid number '{argument}'");
                return 1;
            }
            total += FileTree.Name(arguments[0]) == "usleep" ? duration / 1_000_000 : duration;
        }
        await self.SleepAsync(total);
        return 0;
    }
}

/// <summary>Durations as sleep and timeout take them: <c>5</c>, <c>0.5</c>, <c>2m</c>, <c>1h</c>, <c>1d</c>.</summary>
internal static class Durations
{
    public static TimeSpan? Parse(string text)
    {
        var unit = text.Length > 0 && char.IsAsciiLetter(text[^1]) ? text[^1] : 's';
        var digits = text.Length > 0 && char.IsAsciiLetter(text[^1]) ? text[..^1] : text;
        if (!double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) return null;
        var seconds = unit switch { 's' => number, 'm' => number * 60, 'h' => number * 3600, 'd' => number * 86400, _ => double.NaN };
        return double.IsNaN(seconds) ? null : TimeSpan.FromSeconds(double.Min(seconds, 40_000_000));
    }
}

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

/// <summary>test, [ and [[: files, strings, numbers, <c>!</c>, <c>-a</c>, <c>-o</c>, brackets. 2 for what it does not understand.</summary>
internal sealed class Test : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var name = FileTree.Name(arguments[0]);
        var words = arguments.Skip(1).ToList();
        if (name is "[" or "[[")
        {
            if (words.Count == 0 || words[^1] != (name == "[" ? "]" : "]]"))
            {
                await self.ErrorAsync($"{name}: missing {(name == "[" ? "]" : "]]")}");
                return 2;
            }
            words.RemoveAt(words.Count - 1);
        }
        try
        {
            return new Expression(self, words, patterns: name == "[[").Evaluate() ? 0 : 1;
        }
        catch (FormatException error)
        {
            await self.ErrorAsync($"sh: {error.Message}");
            return 2;
        }
    }

    private sealed class Expression(SimProcess self, List<string> words, bool patterns)
    {
        private int _at;

        public bool Evaluate()
        {
            if (words.Count == 0) return false;
            var value = Or();
            return _at == words.Count ? value : throw new FormatException($"{words[_at]}: unknown operand");
        }

        private bool Or()
        {
            var value = And();
            while (Take("-o")) value |= And();
            return value;
        }

        private bool And()
        {
            var value = Not();
            while (Take("-a")) value &= Not();
            return value;
        }

        private bool Not()
        {
            if (words.Count - _at > 1 && words[_at] == "!" && !IsBinary(_at + 1))
            {
                _at++;
                return !Not();
            }
            return Primary();
        }

        private bool Primary()
        {
            if (_at >= words.Count) throw new FormatException("argument expected");
            if (IsBinary(_at + 1)) return Binary(words[_at++], words[_at++], words[_at++]);
            if (words[_at] == "(" && words.IndexOf(")", _at) > 0)
            {
                _at++;
                var value = Or();
                return Take(")") ? value : throw new FormatException("closing paren expected");
            }
            if (words[_at].Length == 2 && words[_at][0] == '-' && _at + 1 < words.Count) return Unary(words[_at++][1], words[_at++]);
            return words[_at++].Length > 0;
        }

        private bool IsBinary(int at) =>
            at > 0 && at + 1 < words.Count
            && (words[at] is "=" or "==" or "!=" or "-eq" or "-ne" or "-lt" or "-le" or "-gt" or "-ge" or "<" or ">" or "-nt" or "-ot" or "=~");

        private bool Binary(string left, string operation, string right) => operation switch
        {
            "=" or "==" => patterns ? Shell.ShellPattern.IsMatch(right, left) : left == right,
            "!=" => patterns ? !Shell.ShellPattern.IsMatch(right, left) : left != right,
            "=~" => PosixRegex.Compile(right, extended: true).IsMatch(left),
            "<" => string.CompareOrdinal(left, right) < 0,
            ">" => string.CompareOrdinal(left, right) > 0,
            "-eq" => Number(left) == Number(right),
            "-ne" => Number(left) != Number(right),
            "-lt" => Number(left) < Number(right),
            "-le" => Number(left) <= Number(right),
            "-gt" => Number(left) > Number(right),
            "-ge" => Number(left) >= Number(right),
            "-nt" => Age(left) > Age(right),
            _ => Age(left) < Age(right),
        };

        private bool Unary(char operation, string operand) => operation switch
        {
            'n' => operand.Length > 0,
            'z' => operand.Length == 0,
            'e' => self.Files.Exists(operand),
            'f' => self.Files.Find(operand) is RegularFile,
            'd' => self.Files.Find(operand) is DirectoryNode,
            'h' or 'L' => self.Files.Find(operand, followLast: false) is SymbolicLink,
            'c' => self.Files.Find(operand) is DeviceNode,
            's' => self.Files.Find(operand) is { } node && ListFiles.SizeOf(node) > 0,
            'r' => Allows(operand, 4),
            'w' => Allows(operand, 2),
            'x' => self.Files.Find(operand) is { } node && (node is DirectoryNode || VirtualFileSystem.CanExecute(node, self.User)),
            't' => int.TryParse(operand, out var number) && self.Descriptors.IsOpen(number) && self.Descriptors[number].IsTerminal,
            'b' or 'p' or 'S' or 'u' or 'g' or 'k' => false,
            _ => throw new FormatException($"-{operation}: unknown operand"),
        };

        private bool Allows(string path, int bit) => self.Files.Find(path) is { } node && VirtualFileSystem.Allows(node, self.User, bit);

        private DateTimeOffset Age(string path) => self.Files.Find(path)?.ModifiedAt ?? DateTimeOffset.MinValue;

        private static long Number(string text) =>
            long.TryParse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : throw new FormatException($"{text}: bad number");

        private bool Take(string word)
        {
            if (_at >= words.Count || words[_at] != word) return false;
            _at++;
            return true;
        }
    }
}

/// <summary>expr: integers, comparison, <c>length</c>, <c>substr</c> and <c>:</c> matching.</summary>
internal sealed class Expr : IProgram
{
    private static readonly string[][] Levels = [["|"], ["&"], ["=", "==", "!=", "<", "<=", ">", ">="], ["+", "-"], ["*", "/", "%"], [":"]];

    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var at = 1;
        try
        {
            var value = Level(arguments, ref at, 0);
            if (at != arguments.Count) throw new FormatException("syntax error");
            await self.WriteLineAsync(value);
            return value is "" or "0" ? 1 : 0;
        }
        catch (Exception error) when (error is FormatException or DivideByZeroException)
        {
            await self.ErrorAsync($"expr: {(error is DivideByZeroException ? "division by zero" : error.Message)}");
            return 2;
        }
    }

    private static string Level(IReadOnlyList<string> words, ref int at, int level)
    {
        if (level == Levels.Length) return Operand(words, ref at);
        var left = Level(words, ref at, level + 1);
        while (at < words.Count && Levels[level].Contains(words[at]))
        {
            var operation = words[at++];
            left = Apply(operation, left, Level(words, ref at, level + 1));
        }
        return left;
    }

    private static string Operand(IReadOnlyList<string> words, ref int at)
    {
        if (at >= words.Count) throw new FormatException("syntax error");
        var word = words[at++];
        if (word == "length" && at < words.Count) return words[at++].Length.ToString(CultureInfo.InvariantCulture);
        if (word != "(") return word;
        var value = Level(words, ref at, 0);
        return at < words.Count && words[at++] == ")" ? value : throw new FormatException("syntax error");
    }

    private static string Apply(string operation, string left, string right)
    {
        if (operation == "|") return left is "" or "0" ? right : left;
        if (operation == "&") return left is "" or "0" || right is "" or "0" ? "0" : left;
        if (operation == ":")
        {
            var match = PosixRegex.Compile("^" + right, extended: false).Match(left);
            return match.Groups.Count > 1 ? match.Groups[1].Value : (match.Success ? match.Length : 0).ToString(CultureInfo.InvariantCulture);
        }
        var numeric = long.TryParse(left, CultureInfo.InvariantCulture, out var a) & long.TryParse(right, CultureInfo.InvariantCulture, out var b);
        var order = numeric ? a.CompareTo(b) : string.CompareOrdinal(left, right);
        if (!numeric && (operation is "+" or "-" or "*" or "/" or "%")) throw new FormatException("non-numeric argument");
        return (operation switch
        {
            "=" or "==" => order == 0 ? 1 : 0,
            "!=" => order != 0 ? 1 : 0,
            "<" => order < 0 ? 1 : 0,
            "<=" => order <= 0 ? 1 : 0,
            ">" => order > 0 ? 1 : 0,
            ">=" => order >= 0 ? 1 : 0,
            "+" => unchecked(a + b),
            "-" => unchecked(a - b),
            "*" => unchecked(a * b),
            "/" => a / b,
            _ => a % b,
        }).ToString(CultureInfo.InvariantCulture);
    }
}

internal sealed class Id : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments);
        var user = self.User;
        if (options.Has("u")) await self.WriteLineAsync(options.Has("n") ? await UserNames.OfAsync(self, user.Uid) : user.Uid.ToString(CultureInfo.InvariantCulture));
        else if (options.Has("g")) await self.WriteLineAsync(user.Gid.ToString(CultureInfo.InvariantCulture));
        else
        {
            var name = await UserNames.OfAsync(self, user.Uid);
            var groups = user.Groups.Prepend(user.Gid).Distinct().Select(g => g == 0 ? "0(root)" : g.ToString(CultureInfo.InvariantCulture));
            await self.WriteLineAsync($"uid={user.Uid}{(name == user.Uid.ToString(CultureInfo.InvariantCulture) ? "" : $"({name})")} gid={user.Gid}{(user.Gid == 0 ? "(root)" : "")} groups={string.Join(',', groups)}");
        }
        return 0;
    }
}

internal sealed class WhoAmI : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var name = await UserNames.OfAsync(self, self.User.Uid);
        if (name == self.User.Uid.ToString(CultureInfo.InvariantCulture))
        {
            await self.ErrorAsync($"whoami: unknown uid {self.User.Uid}");
            return 1;
        }
        await self.WriteLineAsync(name);
        return 0;
    }
}

/// <summary>Names of users, from the container's /etc/passwd.</summary>
internal static class UserNames
{
    /// <summary>The number as text if nobody has it.</summary>
    public static async ValueTask<string> OfAsync(SimProcess self, long uid)
    {
        var number = uid.ToString(CultureInfo.InvariantCulture);
        if (self.Files.Find("/etc/passwd") is RegularFile)
            foreach (var line in (await self.Files.ReadTextAsync("/etc/passwd")).Split('\n'))
                if (line.Split(':') is [var name, _, var id, ..] && id == number) return name;
        return uid == 0 ? "root" : number;
    }
}

internal sealed class HostName : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        await self.WriteLineAsync(new Arguments(arguments).Has("i", "I") ? self.Kernel.Network.Ip : self.Kernel.Hostname);
        return 0;
    }
}

internal sealed class Env : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments, "u", stopAtOperand: true);
        var environment = options.Has("i") ? [] : new Dictionary<string, string>(self.Environment);
        foreach (var name in options.Values("u")) environment.Remove(name);
        var settings = options.Operands.TakeWhile(o => o.Contains('=')).ToList();
        foreach (var pair in settings.Select(s => s.Split('=', 2))) environment[pair[0]] = pair[1];
        if (settings.Count == options.Operands.Count)
        {
            foreach (var (name, value) in environment) await self.WriteLineAsync($"{name}={value}");
            return 0;
        }
        var command = options.Operands[settings.Count..];
        if (await Launch.StartAsync(self, "env", command, environment) is not { } child) return 127;
        var status = await child.Exited.WaitAsync(self.Killed);
        self.Clock.JoinChild(child.Clock);
        return status.Code;
    }
}

internal sealed class PrintEnv : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        if (arguments.Count == 1)
        {
            foreach (var (name, value) in self.Environment) await self.WriteLineAsync($"{name}={value}");
            return 0;
        }
        var status = 0;
        foreach (var name in arguments.Skip(1))
        {
            if (self.Env(name) is { } value) await self.WriteLineAsync(value);
            else status = 1;
        }
        return status;
    }
}

internal sealed class Uname : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments);
        var parts = new List<string>();
        if (options.Has("a", "s") || arguments.Count == 1) parts.Add("Linux");
        if (options.Has("a", "n")) parts.Add(self.Kernel.Hostname);
        if (options.Has("a", "r")) parts.Add("6.1.0-minik8s");
        if (options.Has("a", "v")) parts.Add("#1 SMP");
        if (options.Has("a", "m")) parts.Add("x86_64");
        if (options.Has("a", "o")) parts.Add("Linux");
        await self.WriteLineAsync(string.Join(' ', parts));
        return 0;
    }
}

internal sealed class Uptime : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var up = self.Clock.Now - self.Kernel.BootedAt;
        await self.WriteLineAsync($" {Date.Format(self.Clock.Now.UtcDateTime, "%T")} up {(int)up.TotalMinutes} min,  load average: 0.00, 0.01, 0.05");
        return 0;
    }
}

internal sealed class Nproc : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        await self.WriteLineAsync("2");
        return 0;
    }
}

internal sealed class Free : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var unit = new Arguments(arguments).Has("m") ? 1024 : 1;
        await self.WriteLineAsync("              total        used        free      shared  buff/cache   available");
        await self.WriteLineAsync($"Mem:     {8388608 / unit,10}  {2097152 / unit,10}  {4194304 / unit,10}  {0,10}  {2097152 / unit,10}  {6291456 / unit,10}");
        return 0;
    }
}

/// <summary>nohup, setsid, nice: run the rest.</summary>
internal sealed class RunOther : IProgram
{
    public ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var operands = new Arguments(arguments, "n", stopAtOperand: true).Operands;
        return operands.Count == 0 ? ValueTask.FromResult(125) : Launch.RunAsync(self, FileTree.Name(arguments[0]), operands);
    }
}

internal sealed class TimeCommand : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var start = self.Clock.Now;
        var status = await Launch.RunAsync(self, "time", [.. arguments.Skip(1)]);
        var took = self.Clock.Now - start;
        await self.ErrorAsync(string.Create(CultureInfo.InvariantCulture, $"real\t{(int)took.TotalMinutes}m {took.Seconds}.{took.Milliseconds / 10:00}s\nuser\t0m 0.00s\nsys\t0m 0.00s"));
        return status;
    }
}

/// <summary><c>timeout [-s SIG] SECS PROG</c>: 124 when the time ran out, as coreutils' has it.</summary>
internal sealed class TimeLimit : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments, "skt", stopAtOperand: true);
        var operands = options.Operands;
        if (operands.Count < 2 || Durations.Parse(operands[0]) is not { } limit)
        {
            await self.ErrorAsync("Usage: timeout [-s SIG] SECS PROG ARGS");
            return 125;
        }
        var signal = Signals.Parse(options.Value("s") ?? "TERM") ?? Signals.Term;
        if (await Launch.StartAsync(self, "timeout", operands[1..]) is not { } child) return 127;
        try
        {
            await child.Exited.WaitAsync(limit, self.Kernel.Time, self.Killed);
        }
        catch (TimeoutException)
        {
            child.Deliver(signal);
            await child.Exited.WaitAsync(self.Killed);
            return 124;
        }
        return (await child.Exited).Code;
    }
}
