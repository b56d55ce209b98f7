namespace MiniK8s.Kubelet.Tests.Simulation.Fuzzing;

/// <summary>The named scripts of <c>Busybox/*.txt</c>.</summary>
internal static class ScriptCorpus
{
    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "Simulation", "Busybox");

    public static IEnumerable<string> Files => Directory.EnumerateFiles(Folder, "*.txt").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal);

    public static IReadOnlyList<string> All => [.. Files.SelectMany(Of).Select(s => s.Script)];

    /// <summary>Those of one file: a script begins with a line <c>=== its name</c>.</summary>
    public static IEnumerable<(string Name, string Script)> Of(string file)
    {
        var text = File.ReadAllText(Path.Combine(Folder, file)).ReplaceLineEndings("\n");
        foreach (var part in text.Split("\n=== ").Skip(1))
        {
            var end = part.IndexOf('\n', StringComparison.Ordinal);
            yield return (part[..end], part[(end + 1)..].TrimEnd('\n'));
        }
    }
}
