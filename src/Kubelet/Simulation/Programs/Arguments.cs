using System.Diagnostics.CodeAnalysis;

namespace MiniK8s.Kubelet.Simulation.Programs;

/// <summary>
/// Options as getopt reads them: clustered letters, values joined or apart, long names as given, <c>--</c>, operands anywhere.
/// </summary>
internal sealed class Arguments
{
    private readonly List<KeyValuePair<string, string>> _options = [];

    /// <param name="arguments">All of argv.</param>
    /// <param name="withValue">Letters that take a value.</param>
    /// <param name="longWithValue">Long options (without dashes) that take a value when it is not joined by <c>=</c>.</param>
    /// <param name="stopAtOperand">The first operand ends the options, as for commands that run others.</param>
    public Arguments(IReadOnlyList<string> arguments, string withValue = "", string[]? longWithValue = null, bool stopAtOperand = false)
    {
        for (var i = 1; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            if (argument == "--")
            {
                Operands.AddRange(arguments.Skip(i + 1));
                return;
            }
            if (argument.StartsWith("--", StringComparison.Ordinal))
            {
                var (name, value) = argument[2..].Split('=', 2) is [var left, var right] ? (left, right) : (argument[2..], "");
                if (value == "" && !argument.Contains('=') && longWithValue?.Contains(name) == true && i + 1 < arguments.Count) value = arguments[++i];
                _options.Add(new(name, value));
            }
            else if (argument.Length > 1 && argument[0] == '-') i = AddLetters(arguments, i, withValue);
            else if (stopAtOperand)
            {
                Operands.AddRange(arguments.Skip(i));
                return;
            }
            else Operands.Add(argument);
        }
    }

    public List<string> Operands { get; } = [];

    public bool Has(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            if (_options.Exists(o => o.Key == name)) return true;
        return false;
    }

    /// <summary>The last value given under any of the names; null if there is none.</summary>
    public string? Value(params string[] names) => _options.LastOrDefault(o => names.Contains(o.Key)).Value;

    public IEnumerable<string> Values(params string[] names) => _options.Where(o => names.Contains(o.Key)).Select(o => o.Value);

    public bool TryValue([NotNullWhen(true)] out string? value, params string[] names) => (value = Value(names)) is not null;

    private int AddLetters(IReadOnlyList<string> arguments, int i, string withValue)
    {
        for (var at = 1; at < arguments[i].Length; at++)
        {
            var letter = arguments[i][at];
            if (!withValue.Contains(letter))
            {
                _options.Add(new(letter.ToString(), ""));
                continue;
            }
            var value = at + 1 < arguments[i].Length ? arguments[i][(at + 1)..] : i + 1 < arguments.Count ? arguments[++i] : "";
            _options.Add(new(letter.ToString(), value));
            break;
        }
        return i;
    }
}
