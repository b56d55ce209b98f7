using System.Text.RegularExpressions;

namespace MiniK8s.Architecture.Tests;

public sealed partial class TestLifetimesTests
{
    /// <summary>xunit 2 ends what it has made by IDisposable and IAsyncLifetime only: another DisposeAsync is never called.</summary>
    [Fact]
    public void ClassesThatXunitMakes_AreNotEndedByIAsyncDisposable()
    {
        var sources = Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal))
            .Select(File.ReadAllText)
            .ToList();
        var fixtures = sources.SelectMany(source => Fixture().Matches(source)).Select(fixture => fixture.Groups["name"].Value).ToHashSet();
        Assert.NotEmpty(fixtures);

        Assert.DoesNotContain(
            sources.SelectMany(source => Class().Matches(source)).Where(type => fixtures.Contains(type.Groups["name"].Value) || type.Groups["name"].Value.EndsWith("Tests", StringComparison.Ordinal)),
            type => type.Groups["bases"].Value.Contains("IAsyncDisposable", StringComparison.Ordinal));
    }

    [GeneratedRegex(@"I(Class|Collection)Fixture<(\w+\.)*(?<name>\w+)>")]
    private static partial Regex Fixture();

    [GeneratedRegex(@"^ *\w[\w ]* class (?<name>\w+)(\(.*?\))?(?<bases>[^\n]*)", RegexOptions.Multiline)]
    private static partial Regex Class();
}
