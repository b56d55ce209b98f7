using MiniK8s.ClusterKit;

namespace MiniK8s.Cluster.Tests.Golden;

/// <summary>The golden session's own files.</summary>
internal static class GoldenFiles
{
    /// <summary>Its chapters.</summary>
    public static SessionFiles Sessions { get; } = new("Golden", "Chapters");

    /// <summary>The chapters' names, in alphabetical order.</summary>
    public static IReadOnlyList<string> Chapters { get; } = Sessions.Names;

    /// <summary>What the chapters have to cover: a line for each command, empty ones and comments left out.</summary>
    public static IReadOnlyList<string> Commands { get; } =
        [.. File.ReadLines(Path.Combine(Repository.Root, "tests", "Cluster.Tests", "Golden", "Commands.txt")).Where(line => line.Length > 0 && !line.StartsWith('#'))];

    public static Chapter Read(string name) => Sessions.Read(name);
}
