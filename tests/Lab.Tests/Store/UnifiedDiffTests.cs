using MiniK8s.Lab.Commands.Store;

namespace MiniK8s.Lab.Tests.Store;

public sealed class UnifiedDiffTests
{
    [Theory]
    [InlineData("a\nb\nc\n", "a\nb\nc\n", "")]
    [InlineData("", "a\nb\n", "--- old|+++ new|@@ -0,0 +1,2 @@|+a|+b")]
    [InlineData("a\n", "", "--- old|+++ new|@@ -1 +0,0 @@|-a")]
    [InlineData("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n", "--- old|+++ new|@@ -2,7 +2,7 @@| 2| 3| 4|-5|+five| 6| 7| 8")]
    [InlineData("a\n1\n2\n3\n4\n5\n6\nb\n", "A\n1\n2\n3\n4\n5\n6\nB\n", "--- old|+++ new|@@ -1,8 +1,8 @@|-a|+A| 1| 2| 3| 4| 5| 6|-b|+B")]
    [InlineData("a\n1\n2\n3\n4\n5\n6\n7\nb\n", "A\n1\n2\n3\n4\n5\n6\n7\nB\n", "--- old|+++ new|@@ -1,4 +1,4 @@|-a|+A| 1| 2| 3|@@ -6,4 +6,4 @@| 5| 6| 7|-b|+B")]
    public void Of_TwoTexts_IsAsDiffPrintsIt(string before, string after, string expected) =>
        Assert.Equal(expected, string.Join('|', UnifiedDiff.Of("old", before, "new", after)));

    [Fact]
    public void LineDiff_RandomTexts_LeadsFromOneToTheOther()
    {
        var random = new Random(11);
        for (var round = 0; round < 2000; round++)
        {
            var (before, after) = (Lines(random), Lines(random));

            var lines = LineDiff.Of(before, after);

            Assert.Equal(before, lines.Where(line => line.Sign != '+').Select(line => line.Text));
            Assert.Equal(after, lines.Where(line => line.Sign != '-').Select(line => line.Text));
            Assert.Equal(LongestCommon(before, after), lines.Count(line => line.Sign == ' '));
        }
    }

    [Fact]
    public void LineDiff_BeyondItsTable_ReplacesTheWhole()
    {
        string[] before = [.. Enumerable.Range(0, 3000).Select(i => $"a{i}")];
        string[] after = [.. Enumerable.Range(0, 3000).Select(i => $"b{i}")];

        var lines = LineDiff.Of(["same", .. before, "end"], ["same", .. after, "end"]);

        Assert.Equal((3000, 3000, 2), (lines.Count(l => l.Sign == '-'), lines.Count(l => l.Sign == '+'), lines.Count(l => l.Sign == ' ')));
    }

    private static string[] Lines(Random random) => [.. Enumerable.Range(0, random.Next(9)).Select(_ => $"{random.Next(4)}")];

    // By trying: the longest of all subsequences of one that is one of the other.
    private static int LongestCommon(string[] one, string[] other) =>
        Enumerable.Range(0, 1 << one.Length).Where(bits => IsWithin([.. one.Where((_, i) => (bits >> i & 1) == 1)], other)).Max(bits => int.PopCount(bits));

    private static bool IsWithin(string[] part, string[] whole)
    {
        var at = 0;
        foreach (var line in whole) at += at < part.Length && part[at] == line ? 1 : 0;
        return at == part.Length;
    }
}
