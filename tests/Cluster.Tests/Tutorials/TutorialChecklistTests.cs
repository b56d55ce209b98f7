using System.Text.RegularExpressions;

using MiniK8s.ClusterKit;

namespace MiniK8s.Cluster.Tests.Tutorials;

/// <summary>docs/TUTORIALS.md has a row for every scene: every manifest and every session is in one, and each row names what plays it or what it waits for.</summary>
public sealed partial class TutorialChecklistTests
{
    private const string Later = "later: ";

    // What rows may wait for; a new one is to be argued for, and one that is there now is to be played.
    private static readonly string[] LaterIssues =
    [
        "Deployments", "LimitRange admission", "ResourceQuota admission",
    ];

    private static readonly string Text = File.ReadAllText(Path.Combine(Repository.Root, "docs", "TUTORIALS.md"));

    private static readonly Row[] Rows = [.. Sections().SelectMany(section => RowsOf(section.Tutorial, section.Text))];

    private static readonly Dictionary<string, string> Sessions = TutorialFiles.Scenes.Names.ToDictionary(
        scene => scene, scene => string.Join('\n', TutorialFiles.Scenes.Read(scene).Steps.Select(step => step.Command)));

    [Fact]
    public void Manifests_AreAllInSomeRow() =>
        Assert.Equal(TutorialFiles.Manifests, Rows.SelectMany(row => row.Manifests).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void Sessions_AreAllInSomeRow() =>
        Assert.Equal(TutorialFiles.Scenes.Names, Rows.SelectMany(row => row.Sessions).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void Rows_NameWhatPlaysThemOrTheIssueTheyWaitFor() => Assert.All(Rows, row =>
    {
        Assert.NotEqual("", row.Scene);
        if (row.LaterIssue is { } issue) Assert.Contains(issue, LaterIssues);
        else Assert.True(row.Sessions.Count + row.Tests.Count > 0, $"{row.Tutorial}, {row.Scene}: nothing plays it");
        Assert.All(row.Tests, test => Assert.True(IsThere(test), $"there is no test {test}"));
    });

    [Fact]
    public void Rows_TheirSessionsTypeTheirManifests() => Assert.All(Rows.Where(row => row.Sessions.Count > 0), row =>
        Assert.All(row.Manifests, manifest =>
            Assert.Contains(row.Sessions, session => Sessions[session].Contains($" {manifest.Split('/')[1]}", StringComparison.Ordinal))));

    [Fact]
    public void Issues_AreAllWaitedFor() => Assert.Equal(LaterIssues, Rows.Select(row => row.LaterIssue).OfType<string>().Distinct().Order(StringComparer.OrdinalIgnoreCase));

    [Fact]
    public void Count_IsThatOfTheRows() => Assert.Contains($"**{Rows.Count(row => row.LaterIssue is null)} of {Rows.Length}** scenes play", Text);

    private static IEnumerable<(string Tutorial, string Text)> Sections() =>
        Text.Split("\n## ").Skip(1).Where(section => section.Contains(": ", StringComparison.Ordinal)).Select(section => (section.Split(": ")[0], section));

    // The first row is the head of the table, the second its line.
    private static IEnumerable<Row> RowsOf(string tutorial, string section) => TableRow().Matches(section).Skip(1).Select(row =>
    {
        var tests = Quoted(row.Groups[4].Value);
        return new Row(
            tutorial,
            row.Groups[1].Value.Trim(),
            [.. Quoted(row.Groups[2].Value).Select(manifest => $"{tutorial}/{manifest}")],
            [.. tests.Where(test => !IsTest(test) && !IsLater(test)).Select(session => session.Contains('/') ? session : $"{tutorial}/{session}")],
            [.. tests.Where(IsTest)],
            tests.SingleOrDefault(IsLater)?[Later.Length..]);
    });

    private static string[] Quoted(string cell) => [.. InBackticks().Matches(cell).Select(word => word.Groups[1].Value)];

    private static bool IsLater(string text) => text.StartsWith(Later, StringComparison.Ordinal);

    private static bool IsTest(string text) => TestName().IsMatch(text);

    private static bool IsThere(string test)
    {
        var (type, method) = (test.Split('.')[0], test.Split('.')[1]);
        return Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), $"{type}.cs", SearchOption.AllDirectories)
            .Any(file => File.ReadAllText(file).Contains($" {method}(", StringComparison.Ordinal));
    }

    private sealed record Row(
        string Tutorial, string Scene, IReadOnlyList<string> Manifests, IReadOnlyList<string> Sessions, IReadOnlyList<string> Tests, string? LaterIssue);

    [GeneratedRegex(@"^\| ([^|]*)\|([^|]*)\|([^|]*)\|([^|]*)\|([^|]*)\|$", RegexOptions.Multiline)]
    private static partial Regex TableRow();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex InBackticks();

    [GeneratedRegex(@"^[A-Z]\w+Tests\.\w+$")]
    private static partial Regex TestName();
}
