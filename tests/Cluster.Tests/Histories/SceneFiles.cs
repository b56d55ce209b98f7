using MiniK8s.ClusterKit;

namespace MiniK8s.Cluster.Tests.Histories;

/// <summary>Where the scenes lie: in the checkout, so that one can be corrected and played without a build.</summary>
internal static class SceneFiles
{
    private const string Extension = ".history";

    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "Cluster.Tests", "Histories", "Scenes");

    /// <summary>The scenes' names, in alphabetical order.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. Directory.EnumerateFiles(Folder, $"*{Extension}").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal)!];

    public static HistoryScene Read(string name) => HistoryScene.Parse(name, File.ReadAllText(PathOf(name)));

    public static void Write(HistoryScene scene) => File.WriteAllText(PathOf(scene.Name), scene.Render());

    private static string PathOf(string name) => Path.Combine(Folder, name + Extension);
}
