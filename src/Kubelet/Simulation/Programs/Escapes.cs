using System.Text;

namespace MiniK8s.Kubelet.Simulation.Programs;

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
