using System.Text;

namespace MiniK8s.Cluster.Tests.Golden;

/// <summary>What a reader needs to see of a step that printed something else: with - what was expected, with + what came, and the lines around.</summary>
internal static class Difference
{
    // A report that is cut after its first lines still shows what went otherwise.
    private const int Around = 4;

    /// <summary>Lines that differ in the width of their gaps only count as equal.</summary>
    public static string Between(Step step, Printed actual)
    {
        var text = new StringBuilder($"$ {step.Command}\n");
        Append(text, "", step.Expected.Output, actual.Output);
        Append(text, "! ", step.Expected.Error, actual.Error);
        if (step.Expected.ExitCode != actual.ExitCode) text.Append($"- ? {step.Expected.ExitCode}\n+ ? {actual.ExitCode}\n");
        return text.ToString();
    }

    /// <summary>The same of two texts.</summary>
    public static string Between(string expected, string actual)
    {
        var text = new StringBuilder();
        Append(text, "", expected, actual);
        return text.ToString();
    }

    private static void Append(StringBuilder text, string sign, string expected, string actual)
    {
        if (expected.Length == 0 && actual.Length == 0) return;
        var lines = Merged(Lines(expected), Lines(actual));
        var isNear = new bool[lines.Count];
        for (var i = 0; i < lines.Count; i++)
        {
            if (lines[i].Mark == ' ') continue;
            for (var near = int.Max(0, i - Around); near <= int.Min(lines.Count - 1, i + Around); near++) isNear[near] = true;
        }
        for (var i = 0; i < lines.Count; i++)
        {
            if (isNear[i]) text.Append(lines[i].Mark).Append(' ').Append(sign).Append(lines[i].Text).Append('\n');
            else if (i == 0 || isNear[i - 1]) text.Append("  ...\n");
        }
    }

    private static List<(char Mark, string Text)> Merged(string[] left, string[] right)
    {
        var common = CommonTails(left, right);
        var lines = new List<(char Mark, string Text)>();
        var (i, j) = (0, 0);
        while (i < left.Length || j < right.Length)
        {
            if (i < left.Length && j < right.Length && IsSame(left[i], right[j]))
            {
                lines.Add((' ', right[j++]));
                i++;
            }
            else if (j == right.Length || (i < left.Length && common[i + 1, j] >= common[i, j + 1])) lines.Add(('-', left[i++]));
            else lines.Add(('+', right[j++]));
        }
        return lines;
    }

    // How many lines the rests of both texts have in common, in order.
    private static int[,] CommonTails(string[] left, string[] right)
    {
        var common = new int[left.Length + 1, right.Length + 1];
        for (var i = left.Length - 1; i >= 0; i--)
        {
            for (var j = right.Length - 1; j >= 0; j--)
                common[i, j] = IsSame(left[i], right[j]) ? common[i + 1, j + 1] + 1 : int.Max(common[i + 1, j], common[i, j + 1]);
        }
        return common;
    }

    private static string[] Lines(string text) => text.Length == 0 ? [] : text.Split('\n');

    private static bool IsSame(string left, string right) => Gaps.Narrowed(left) == Gaps.Narrowed(right);
}
