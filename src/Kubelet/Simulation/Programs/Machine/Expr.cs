using System.Globalization;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Machine;

/// <summary>expr: integers, comparison, <c>length</c>, <c>substr</c> and <c>:</c> matching.</summary>
internal sealed class Expr : IProgram
{
    private static readonly string[][] Levels = [["|"], ["&"], ["=", "==", "!=", "<", "<=", ">", ">="], ["+", "-"], ["*", "/", "%"], [":"]];

    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var at = 1;
        if (arguments.Count == 1)
        {
            await self.ErrorAsync("expr: too few arguments");
            return 2;
        }
        try
        {
            var value = Level(self, arguments, ref at, 0);
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

    private static string Level(SimProcess self, IReadOnlyList<string> words, ref int at, int level)
    {
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        if (level == Levels.Length) return Operand(self, words, ref at);
        var left = Level(self, words, ref at, level + 1);
        while (at < words.Count && Levels[level].Contains(words[at]))
        {
            var operation = words[at++];
            left = Apply(self, operation, left, Level(self, words, ref at, level + 1));
        }
        return left;
    }

    private static string Operand(SimProcess self, IReadOnlyList<string> words, ref int at)
    {
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        if (at >= words.Count) throw new FormatException("syntax error");
        var word = words[at++];
        if (word == "quote" && at < words.Count) return words[at++];
        if (word == "length" && at < words.Count) return Operand(self, words, ref at).Length.ToString(CultureInfo.InvariantCulture);
        if (word == "match" && at + 1 < words.Count) return Apply(self, ":", Operand(self, words, ref at), Operand(self, words, ref at));
        if (word == "index" && at + 1 < words.Count) return (Operand(self, words, ref at).AsSpan().IndexOfAny(Operand(self, words, ref at)) + 1).ToString(CultureInfo.InvariantCulture);
        if (word == "substr" && at + 2 < words.Count) return Part(Operand(self, words, ref at), Operand(self, words, ref at), Operand(self, words, ref at));
        if (word != "(") return word;
        var value = Level(self, words, ref at, 0);
        return at < words.Count && words[at++] == ")" ? value : throw new FormatException("syntax error");
    }

    private static string Part(string text, string from, string count)
    {
        if (!int.TryParse(from, out var start) || !int.TryParse(count, out var length) || start < 1 || start > text.Length || length < 1) return "";
        return text.Substring(start - 1, int.Min(length, text.Length - start + 1));
    }

    private static string Apply(SimProcess self, string operation, string left, string right)
    {
        if (operation == "|") return left is "" or "0" ? right : left;
        if (operation == "&") return left is "" or "0" || right is "" or "0" ? "0" : left;
        if (operation == ":")
        {
            var match = new PosixRegex(self, "^" + right, extended: false).Match(left);
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
