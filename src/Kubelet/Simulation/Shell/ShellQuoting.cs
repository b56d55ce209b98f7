using System.Text;

namespace MiniK8s.Kubelet.Simulation.Shell;

/// <summary>Words as <c>set -x</c>, <c>trap</c> and <c>export</c> print them: such that the shell would read them again.</summary>
internal static class ShellQuoting
{
    /// <summary>In single quotes; those inside in double ones: <c>'it'"'"'s'</c>.</summary>
    public static string Always(string text)
    {
        if (text == "") return "''";
        var quoted = new StringBuilder();
        for (var at = 0; at < text.Length;)
        {
            var quote = text[at] == '\'' ? '"' : '\'';
            var end = at;
            while (end < text.Length && text[end] == '\'' == (quote == '"')) end++;
            quoted.Append(quote).Append(text.AsSpan(at, end - at)).Append(quote);
            at = end;
        }
        return quoted.ToString();
    }

    public static string IfNeeded(string text) => text.Any(IsSpecial) || Parser.IsReserved(text) ? Always(text) : text;

    private static bool IsSpecial(char c) => (c < '+' && c != '#') || c is (>= ';' and <= '?') or '`' or '[' or '\\' or > 'z';
}
