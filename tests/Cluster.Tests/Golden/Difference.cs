using System.Text;

namespace MiniK8s.Cluster.Tests.Golden;

/// <summary>What a reader needs to see of a step that printed something else: every line, with - what was expected and with + what came.</summary>
internal static class Difference
{
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
        var (left, right) = (Lines(expected), Lines(actual));
        var common = CommonTails(left, right);
        var (i, j) = (0, 0);
        while (i < left.Length || j < right.Length)
        {
            if (i < left.Length && j < right.Length && IsSame(left[i], right[j])) (i, j) = (i + 1, Line("  ", right[j], j));
            else if (j == right.Length || (i < left.Length && common[i + 1, j] >= common[i, j + 1])) i = Line("- ", left[i], i);
            else j = Line("+ ", right[j], j);
        }

        int Line(string mark, string line, int index)
        {
            text.Append(mark).Append(sign).Append(line).Append('\n');
            return index + 1;
        }
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
