using System.Text.RegularExpressions;
using System.Text;

namespace MiniK8s.Kubelet.Simulation.Programs.AwkLanguage;

/// <summary>awk's own functions of texts and numbers.</summary>
internal static class AwkFunctions
{
    public static IReadOnlySet<string> Names { get; } = new HashSet<string>
    {
        "length", "substr", "index", "split", "sub", "gsub", "match", "sprintf", "toupper", "tolower", "int", "sqrt", "exp", "log", "sin", "cos", "atan2", "rand", "srand",
        "systime", "close", "fflush",
    };

    /// <summary>From 1; what begins before that begins there, as with busybox, and what reaches beyond the text is cut off.</summary>
    public static string Part(string text, double from, double? count)
    {
        var start = double.Max(Math.Round(from), 1);
        var end = double.Min(count is { } c ? start + Math.Round(c) : double.PositiveInfinity, text.Length + 1.0);
        return end > start ? text[((int)start - 1)..((int)end - 1)] : "";
    }

    public static double OfNumber(string function, double number) => function switch
    {
        "int" => Math.Truncate(number),
        "sqrt" => Math.Sqrt(number),
        "exp" => Math.Exp(number),
        "log" => Math.Log(number),
        "sin" => Math.Sin(number),
        _ => Math.Cos(number),
    };

    /// <summary>What sub puts in place of a match: <c>&amp;</c> is the match, <c>\&amp;</c> the sign itself.</summary>
    public static string Replacement(Match match, string by)
    {
        if (by.AsSpan().IndexOfAny('&', '\\') < 0) return by;
        var text = new StringBuilder();
        for (var i = 0; i < by.Length; i++)
        {
            if (by[i] == '&') text.Append(match.Value);
            else if (by[i] == '\\' && i + 1 < by.Length && by[i + 1] is '&' or '\\') text.Append(by[++i]);
            else text.Append(by[i]);
        }
        return text.ToString();
    }
}
