namespace MiniK8s.Cluster.Tests.Histories;

/// <summary>A golden file: a Pod, what is done to it, and everything that the watch streams then deliver.</summary>
/// <param name="Heading">What it shows, and which sections of the kubelet's specification it follows.</param>
/// <param name="Manifest">The Pod, in YAML; its name is <c>p</c>, its namespace the scene's.</param>
/// <param name="Actions">One after the other, each once its condition has come.</param>
/// <param name="Expected">The golden part.</param>
/// <remarks>
/// A scene ends at rest, or with its Pod deleted: nothing may follow, for as long as any other scene plays. The parts are the heading,
/// <c>--- manifest</c>, <c>--- actions</c> (may be left out), <c>--- updates</c> and <c>--- events</c>.
/// </remarks>
internal sealed record HistoryScene(string Name, string Heading, string Manifest, IReadOnlyList<SceneAction> Actions, History Expected)
{
    private const string Mark = "--- ";

    public string Namespace => $"history-{Name}";

    /// <summary>Something is tried again in it after a delay.</summary>
    public bool IsLong => Expected.Events.Any(line => line.Contains(" BackOff ", StringComparison.Ordinal) || line.Contains(" x2: Error", StringComparison.Ordinal));

    public static HistoryScene Parse(string name, string text)
    {
        var parts = new Dictionary<string, List<string>> { [""] = [] };
        var current = parts[""];
        foreach (var line in text.TrimEnd('\n').Split('\n'))
        {
            if (line.StartsWith(Mark, StringComparison.Ordinal)) current = parts[line[Mark.Length..]] = [];
            else current.Add(line);
        }
        return new HistoryScene(
            name,
            Joined(parts[""]),
            Joined(parts["manifest"]),
            [.. parts.GetValueOrDefault("actions", []).Where(line => line.Length > 0).Select(SceneAction.Parse)],
            new History(Update.ParseAll(parts.GetValueOrDefault("updates", [])), [.. parts.GetValueOrDefault("events", []).Where(line => line.Length > 0)]));
    }

    /// <summary>The text that <see cref="Parse"/> reads.</summary>
    public string Render() => string.Join('\n', Lines()) + "\n";

    private IEnumerable<string> Lines()
    {
        yield return Heading;
        yield return $"\n{Mark}manifest\n{Manifest}";
        if (Actions.Count > 0) yield return $"\n{Mark}actions\n{string.Join('\n', Actions)}";
        yield return $"\n{Mark}updates\n{Expected.RenderUpdates()}";
        yield return $"\n{Mark}events\n{Expected.RenderEvents()}";
    }

    private static string Joined(IEnumerable<string> lines) => string.Join('\n', lines).Trim('\n');
}
