using System.Text.RegularExpressions;

namespace MiniK8s.Cluster.Tests.Golden;

/// <summary>The gaps between the columns of a table.</summary>
internal static partial class Gaps
{
    /// <summary>Every gap two blanks wide; indentation, which means something in YAML and in descriptions, stays.</summary>
    public static string Narrowed(string text) => Gap().Replace(text, "  ");

    [GeneratedRegex(@"(?<=\S)(\t[ \t]*| [ \t]+)(?=\S)")]
    private static partial Regex Gap();
}
