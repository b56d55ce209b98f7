namespace MiniK8s.Cluster.Tests.Golden;

/// <summary>The real kubectl prints, command by command, what it prints in front of a real cluster of version 1.32.</summary>
/// <remarks>
/// What is expected was written down from Kubernetes' own sources and behaviour, not from what our server answers. Where nothing acts on a
/// kind yet, the chapter says so and holds what a real cluster prints with its controllers stopped.
/// </remarks>
[Collection("lab")]
public sealed class GoldenTests(GoldenStage stage) : IClassFixture<GoldenStage>
{
    public static TheoryData<string> Chapters => [.. GoldenFiles.Chapters];

    [RequiresToolTheory("kubectl", "sh", "curl", "diff")]
    [MemberData(nameof(Chapters))]
    public Task Session_PrintsWhatARealClusterPrints(string chapter) => stage.PlayAsync(chapter, GoldenFiles.Chapters);

    [Fact]
    public void Commands_EachOneKubectlHas_IsPlayedInSomeChapter()
    {
        var played = GoldenFiles.Chapters.SelectMany(chapter => GoldenFiles.Read(chapter).Steps).SelectMany(step => CommandWords.Of(step.Command)).ToList();

        Assert.Equal([], GoldenFiles.Commands.Where(command => !played.Any(words => CommandWords.Cover(words, command))));
    }

    [Fact]
    public void Mistakes_TheSixtyMostCommon_AreMadeInTheirChapters()
    {
        var mistakes = GoldenFiles.Chapters.Where(name => name.StartsWith("mistakes-", StringComparison.Ordinal))
            .SelectMany(name => GoldenFiles.Read(name).Steps).Where(step => step.Expected.ExitCode != 0).ToList();

        Assert.InRange(mistakes.Count, 60, int.MaxValue);
        Assert.Equal(mistakes.Count, mistakes.DistinctBy(mistake => mistake.Heading[^1]).Count());
        Assert.All(mistakes, mistake => Assert.NotEmpty(mistake.Expected.Error + mistake.Expected.Output));
    }

    [Fact]
    public void Chapter_ReadAndWritten_IsTheSame() => Assert.All(GoldenFiles.Chapters, name =>
    {
        var chapter = GoldenFiles.Read(name);

        var again = Chapter.Parse(name, chapter.Render());

        Assert.Equal(chapter.Render(), again.Render());
        Assert.Equal(chapter.Steps.Select(step => (step.Command, step.Expected)), again.Steps.Select(step => (step.Command, step.Expected)));
    });
}
