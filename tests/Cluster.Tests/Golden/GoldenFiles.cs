using MiniK8s.ClusterKit;

namespace MiniK8s.Cluster.Tests.Golden;

/// <summary>Where the golden files lie: in the checkout, so that a session can be corrected and played without a build.</summary>
internal static class GoldenFiles
{
    private const string Extension = ".session";

    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "Cluster.Tests", "Golden");

    /// <summary>The chapters' names, in alphabetical order.</summary>
    public static IReadOnlyList<string> Chapters { get; } =
        [.. Directory.EnumerateFiles(Path.Combine(Folder, "Chapters"), $"*{Extension}").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal)!];

    /// <summary>What the chapters have to cover: a line for each command, empty ones and comments left out.</summary>
    public static IReadOnlyList<string> Commands { get; } =
        [.. File.ReadLines(Path.Combine(Folder, "Commands.txt")).Where(line => line.Length > 0 && !line.StartsWith('#'))];

    public static Chapter Read(string name) => Chapter.Parse(name, File.ReadAllText(PathOf(name)));

    public static void Write(Chapter chapter) => File.WriteAllText(PathOf(chapter.Name), chapter.Render());

    private static string PathOf(string chapter) => Path.Combine(Folder, "Chapters", chapter + Extension);
}
