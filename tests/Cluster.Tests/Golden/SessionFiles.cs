using MiniK8s.ClusterKit;

namespace MiniK8s.Cluster.Tests.Golden;

/// <summary>A folder of sessions: in the checkout, so that one can be corrected and played without a build.</summary>
/// <param name="folder">Its parts, from the project's own on.</param>
internal sealed class SessionFiles(params string[] folder)
{
    private const string Extension = ".session";

    private readonly string _folder = Path.Combine([Repository.Root, "tests", "Cluster.Tests", .. folder]);

    /// <summary>The sessions' names, in alphabetical order; one in a folder below bears the folder's, as in <c>pod-notes/curl</c>.</summary>
    public IReadOnlyList<string> Names =>
    [
        .. Directory.EnumerateFiles(_folder, $"*{Extension}", SearchOption.AllDirectories)
            .Select(file => Path.ChangeExtension(Path.GetRelativePath(_folder, file), null).Replace('\\', '/'))
            .Order(StringComparer.Ordinal),
    ];

    public Chapter Read(string name) => Chapter.Parse(name, File.ReadAllText(PathOf(name)));

    public void Write(Chapter chapter) => File.WriteAllText(PathOf(chapter.Name), chapter.Render());

    private string PathOf(string chapter) => Path.Combine(_folder, chapter + Extension);
}
