using MiniK8s.Cluster.Tests.Golden;
using MiniK8s.ClusterKit;

namespace MiniK8s.Cluster.Tests.Tutorials;

/// <summary>Where the tutorials' manifests and scenes lie: both in a folder for each tutorial.</summary>
internal static class TutorialFiles
{
    private static readonly string Samples = Path.Combine(Repository.Root, "samples", "tutorials");

    /// <summary>The scenes, each a session: <c>pod-notes/curl</c>.</summary>
    public static SessionFiles Scenes { get; } = new("Tutorials", "Scenes");

    /// <summary>The manifests: <c>pod-notes/curl.yaml</c>.</summary>
    public static IReadOnlyList<string> Manifests { get; } =
        [.. Directory.EnumerateFiles(Samples, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Samples, file).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    /// <summary>The folder of the manifests of a scene's tutorial.</summary>
    public static string FolderOf(string scene) => Path.Combine(Samples, scene.Split('/')[0]);
}
