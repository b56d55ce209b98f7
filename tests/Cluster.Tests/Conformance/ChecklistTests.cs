using System.Reflection;
using System.Text.RegularExpressions;

using MiniK8s.ClusterKit;

namespace MiniK8s.Cluster.Tests.Conformance;

/// <summary>docs/CONFORMANCE.md says what is tested, and nothing else.</summary>
public sealed partial class ChecklistTests
{
    private static readonly string Text = File.ReadAllText(Path.Combine(Repository.Root, "docs", "CONFORMANCE.md"));

    private static readonly ILookup<string, (MethodInfo Method, ConformanceFactAttribute Fact)> Tests = typeof(ChecklistTests).Assembly.GetTypes()
        .SelectMany(type => type.GetMethods())
        .Select(method => (Method: method, Fact: method.GetCustomAttribute<ConformanceFactAttribute>()!))
        .Where(test => test.Fact is not null)
        .ToLookup(test => test.Fact.Item);

    private static readonly Entry[] Rows =
    [
        .. Row().Matches(Text).Select(row => new Entry(row.Groups[1].Value == "x", row.Groups[2].Value.Trim(), row.Groups[3].Value.Trim(), row.Groups[4].Value.Trim())),
    ];

    [Fact]
    public void Rows_AreTickedExactlyWhereThereIsATest()
    {
        Assert.Equal(278, Rows.Length);
        Assert.Equal(Rows.Length, Rows.DistinctBy(row => row.Item).Count());
        Assert.Equal(Tests.Select(test => test.Key).Order(), Rows.Where(row => row.IsTicked).Select(row => row.Item).Order());
        Assert.All(Tests, test => Assert.Single(test));
    }

    [Fact]
    public void TickedRows_NameTheirTestAndTheHalfItChecks() => Assert.All(Rows.Where(row => row.IsTicked), row =>
    {
        var (method, fact) = Assert.Single(Tests[row.Item]);
        Assert.Equal($"`{method.DeclaringType!.Name}.{method.Name}`", row.Test);
        Assert.Equal(fact.Half, row.Note);
    });

    [Fact]
    public void OtherRows_SayWhy() => Assert.All(Rows.Where(row => !row.IsTicked), row =>
    {
        Assert.Equal("", row.Test);
        Assert.NotEqual("", row.Note);
    });

    [Fact]
    public void Count_IsThatOfTheRows() =>
        Assert.Contains($"**{Rows.Count(row => row.IsTicked)} of {Rows.Length}** items are checked, {Rows.Count(row => row.IsTicked && row.Note.Length > 0)} of them in part", Text);

    private sealed record Entry(bool IsTicked, string Item, string Test, string Note);

    [GeneratedRegex(@"^\| \[(.)\] \|([^|]*)\|([^|]*)\|([^|]*)\|$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
