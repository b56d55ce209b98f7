namespace MiniK8s.Lab.Commands;

/// <summary>The test projects, and the order in which they are best begun.</summary>
internal static class TestProjects
{
    // What takes minutes; whatever is not named here takes seconds.
    private static readonly string[] Long = ["Cluster.Tests", "Store.Tests", "ApiServer.Tests", "Robustness.Tests", "Kubelet.Tests", "Scheduler.Tests"];

    /// <summary>The longest first, so that the last to end is a short one and no processor is left without work; the others by name.</summary>
    public static IEnumerable<string> LongestFirst(IEnumerable<string> projects) =>
        projects.OrderBy(project => Array.IndexOf(Long, project) is >= 0 and var place ? place : Long.Length).ThenBy(project => project, StringComparer.Ordinal);

    /// <summary>The names of all that a checkout has.</summary>
    public static IEnumerable<string> In(string checkout) =>
        Directory.EnumerateDirectories(Path.Combine(checkout, "tests"), "*.Tests").Where(folder => Directory.EnumerateFiles(folder, "*.csproj").Any()).Select(folder => Path.GetFileName(folder));

    /// <summary>What a project is built to.</summary>
    public static string AssemblyOf(string checkout, string project) => Path.Combine(checkout, "tests", project, "bin", "Release", "net10.0", $"MiniK8s.{project}.dll");
}
