using System.Globalization;
using System.Runtime.CompilerServices;

namespace MiniK8s.Kubelet.Simulation.Shell;

/// <summary>
/// Evaluates what stands in <c>$((…))</c>: C's integer operators on 64 bits, with names as variables (unset: 0) and assignment.
/// </summary>
internal sealed class Arithmetic(string text, Func<string, string?> get, Action<string, string> set)
{
    private static readonly string[][] Levels =
    [
        ["||"], ["&&"], ["|"], ["^"], ["&"], ["==", "!="], ["<=", ">=", "<", ">"], ["<<", ">>"], ["+", "-"], ["*", "/", "%"],
    ];
    private const int MaxDepth = 50;
    private int _at;
    private int _depth;

    /// <exception cref="ArithmeticError">Not an expression, or a division by zero.</exception>
    public long Evaluate()
    {
        SkipBlanks();
        if (_at == text.Length) return 0;
        var value = Comma();
        return _at == text.Length ? value : throw new ArithmeticError("syntax error");
    }

    private long Comma()
    {
        var value = Conditional();
        while (Take(",")) value = Conditional();
        return value;
    }

    private long Conditional()
    {
        if (++_depth > MaxDepth) throw new ArithmeticError("nested too deeply");
        var start = _at;
        if (TryAssignment() is { } assigned)
        {
            _depth--;
            return assigned;
        }
        _at = start;
        var condition = Binary(0);
        if (Take("?"))
        {
            var whenTrue = Conditional();
            if (!Take(":")) throw new ArithmeticError("syntax error");
            var whenFalse = Conditional();
            condition = condition != 0 ? whenTrue : whenFalse;
        }
        _depth--;
        return condition;
    }

    private long? TryAssignment()
    {
        SkipBlanks();
        var name = Name();
        if (name == "") return null;
        SkipBlanks();
        foreach (var operation in new[] { "<<=", ">>=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "=" })
        {
            if (!text.AsSpan(_at).StartsWith(operation, StringComparison.Ordinal) || (operation == "=" && text.AsSpan(_at).StartsWith("==", StringComparison.Ordinal)))
                continue;
            _at += operation.Length;
            var right = Conditional();
            var value = operation == "=" ? right : Apply(operation[..^1], Variable(name), right);
            set(name, Text(value));
            return value;
        }
        return null;
    }

    private long Binary(int level)
    {
        if (level == Levels.Length) return Power();
        var left = Binary(level + 1);
        while (TakeOperator(level) is { } operation)
        {
            var right = Binary(level + 1);
            left = Apply(operation, left, right);
        }
        return left;
    }

    private long Power()
    {
        var value = Unary();
        if (!Take("**")) return value;
        var exponent = Power();
        if (exponent < 0) throw new ArithmeticError("exponent less than 0");
        long result = 1;
        for (var i = 0; i < long.Min(exponent, 64); i++) result = unchecked(result * value);
        return result;
    }

    private long Unary()
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        SkipBlanks();
        if (_at >= text.Length) throw new ArithmeticError("syntax error");
        if (Take("++")) return Step(Name(), 1);
        if (Take("--")) return Step(Name(), -1);
        if (Take("!")) return Unary() == 0 ? 1 : 0;
        if (Take("~")) return ~Unary();
        if (Take("-")) return unchecked(-Unary());
        if (Take("+")) return Unary();
        if (Take("("))
        {
            var value = Comma();
            return Take(")") ? value : throw new ArithmeticError("syntax error");
        }
        return char.IsAsciiDigit(text[_at]) ? Number() : Postfix();
    }

    private long Postfix()
    {
        var name = Name();
        if (name == "") throw new ArithmeticError("syntax error");
        if (Take("++")) return Step(name, 1) - 1;
        if (Take("--")) return Step(name, -1) + 1;
        return Variable(name);
    }

    private long Step(string name, int by)
    {
        if (name == "") throw new ArithmeticError("syntax error");
        var value = unchecked(Variable(name) + by);
        set(name, Text(value));
        return value;
    }

    private long Number()
    {
        var start = _at;
        while (_at < text.Length && char.IsAsciiLetterOrDigit(text[_at])) _at++;
        return Parse(text[start.._at]);
    }

    private long Variable(string name)
    {
        var value = get(name)?.Trim();
        if (string.IsNullOrEmpty(value)) return 0;
        if (++_depth > MaxDepth) throw new ArithmeticError("expression recursion loop detected");
        var result = Shell.Parser.IsName(value) ? Variable(value) : value[0] == '-' ? unchecked(-Parse(value[1..])) : Parse(value);
        _depth--;
        return result;
    }

    private static long Parse(string digits)
    {
        var culture = CultureInfo.InvariantCulture;
        if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && long.TryParse(digits.AsSpan(2), NumberStyles.AllowHexSpecifier, culture, out var hex)) return hex;
        if (digits.Length > 1 && digits[0] == '0' && digits.All(c => c is >= '0' and <= '7')) return Convert.ToInt64(digits, 8);
        return long.TryParse(digits, NumberStyles.None, culture, out var value) ? value : throw new ArithmeticError("syntax error");
    }

    private static long Apply(string operation, long left, long right) => unchecked(operation switch
    {
        "||" => left != 0 || right != 0 ? 1 : 0,
        "&&" => left != 0 && right != 0 ? 1 : 0,
        "|" => left | right,
        "^" => left ^ right,
        "&" => left & right,
        "==" => left == right ? 1 : 0,
        "!=" => left != right ? 1 : 0,
        "<=" => left <= right ? 1 : 0,
        ">=" => left >= right ? 1 : 0,
        "<" => left < right ? 1 : 0,
        ">" => left > right ? 1 : 0,
        "<<" => left << (int)right,
        ">>" => left >> (int)right,
        "+" => left + right,
        "-" => left - right,
        "*" => left * right,
        "/" or "%" when right == 0 => throw new ArithmeticError("divide by zero"),
        "/" => right == -1 ? -left : left / right,
        "%" => right == -1 ? 0 : left % right,
        _ => throw new ArithmeticError("syntax error"),
    });

    private string? TakeOperator(int level)
    {
        SkipBlanks();
        foreach (var operation in Levels[level])
        {
            var rest = text.AsSpan(_at);
            if (!rest.StartsWith(operation, StringComparison.Ordinal)) continue;
            var next = rest.Length > operation.Length ? rest[operation.Length] : '\0';
            // Not the first half of a longer operator: "|" of "||", "<" of "<<", "+" of "+=", "*" of "**".
            if (operation.Length == 1 && ((next == operation[0] && (next is '|' or '&' or '<' or '>' or '*')) || (next == '=' && operation[0] is not ('<' or '>'))))
                continue;
            _at += operation.Length;
            return operation;
        }
        return null;
    }

    private bool Take(string what)
    {
        SkipBlanks();
        if (!text.AsSpan(_at).StartsWith(what, StringComparison.Ordinal)) return false;
        if (what == "!" && text.AsSpan(_at).StartsWith("!=", StringComparison.Ordinal)) return false;
        _at += what.Length;
        return true;
    }

    private string Name()
    {
        SkipBlanks();
        var start = _at;
        if (_at < text.Length && char.IsAsciiDigit(text[_at])) return "";
        while (_at < text.Length && (char.IsAsciiLetterOrDigit(text[_at]) || text[_at] == '_')) _at++;
        return text[start.._at];
    }

    private void SkipBlanks()
    {
        while (_at < text.Length && char.IsWhiteSpace(text[_at])) _at++;
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Bad arithmetic; the message is what the shell prints after its name.</summary>
internal sealed class ArithmeticError(string message) : Exception(message);
