namespace MiniK8s.Kubelet.Tests.Simulation.Fuzzing;

/// <summary>Named scripts of files of a folder beside the tests: <c>Busybox</c>, <c>Hostile</c>.</summary>
internal sealed class ScriptCorpus(string folder)
{
    public static ScriptCorpus Busybox { get; } = new("Busybox");

    /// <summary>Written to hang or to break what runs them.</summary>
    public static ScriptCorpus Hostile { get; } = new("Hostile");

    private string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "Simulation", folder);

    public IEnumerable<string> Files => Directory.EnumerateFiles(Folder, "*.txt").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal);

    public IReadOnlyList<string> All => [.. Files.SelectMany(Of).Select(s => s.Script)];

    /// <summary>Those of one file: a script begins with a line <c>=== its name</c>.</summary>
    public IEnumerable<(string Name, string Script)> Of(string file)
    {
        var text = File.ReadAllText(Path.Combine(Folder, file)).ReplaceLineEndings("\n");
        foreach (var part in text.Split("\n=== ").Skip(1))
        {
            var end = part.IndexOf('\n', StringComparison.Ordinal);
            yield return (part[..end], part[(end + 1)..].TrimEnd('\n'));
        }
    }
}
