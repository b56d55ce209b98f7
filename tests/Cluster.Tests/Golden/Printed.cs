using MiniK8s.ClusterKit;

namespace MiniK8s.Cluster.Tests.Golden;

/// <summary>What a command leaves behind.</summary>
/// <param name="Output">Its standard output, without blanks at the ends of lines and without empty lines at the end.</param>
/// <param name="Error">Its standard error, likewise.</param>
internal sealed record Printed(string Output, string Error, int ExitCode)
{
    /// <summary>A result as a golden file holds it.</summary>
    public static Printed Of(CommandResult result, Normaliser normaliser) =>
        new(Trimmed(normaliser.Apply(result.Output)), Trimmed(normaliser.Apply(result.Error)), result.ExitCode);

    /// <summary>Equal but for the width of the gaps between words: how wide a column is depends on what has been normalised.</summary>
    public bool Matches(Printed other) =>
        ExitCode == other.ExitCode && Gaps.Narrowed(Output) == Gaps.Narrowed(other.Output) && Gaps.Narrowed(Error) == Gaps.Narrowed(other.Error);

    private static string Trimmed(string text) => string.Join('\n', text.Split('\n').Select(line => line.TrimEnd())).TrimEnd('\n');
}
