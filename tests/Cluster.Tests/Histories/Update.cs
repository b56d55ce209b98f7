namespace MiniK8s.Cluster.Tests.Histories;

/// <summary>One change on the watch stream of a Pod: <c>ADDED</c>, <c>MODIFIED</c> or <c>DELETED</c>, and under it every line of its picture that is not as before.</summary>
/// <param name="MayMerge">
/// The kubelet has the next one ready before the apiserver has answered; it then sends both as one, since the newest status replaces what has not
/// been sent. Written as <c>MODIFIED, or one with the next</c>; nothing else may differ.
/// </param>
internal sealed record Update(string Type, bool MayMerge, IReadOnlyList<string> Lines)
{
    private const string Indent = "  ";
    private const string MergeMark = ", or one with the next";

    public static IReadOnlyList<Update> ParseAll(IEnumerable<string> text)
    {
        var updates = new List<(string Heading, List<string> Lines)>();
        foreach (var line in text.Where(line => line.Length > 0))
        {
            if (line.StartsWith(Indent, StringComparison.Ordinal)) updates[^1].Lines.Add(line[Indent.Length..]);
            else updates.Add((line, []));
        }
        return [.. updates.Select(u => new Update(u.Heading.Replace(MergeMark, ""), u.Heading.EndsWith(MergeMark, StringComparison.Ordinal), u.Lines))];
    }

    public string Render() => string.Join('\n', [Type + (MayMerge ? MergeMark : ""), .. Lines.Select(line => Indent + line)]);

    public bool IsAs(Update other) => Type == other.Type && Lines.SequenceEqual(other.Lines);

    /// <summary>This one and the next sent as one: what goes back to how it stood before is not in it.</summary>
    /// <param name="seen">Gives the order of the lines.</param>
    public Update With(Update next, IReadOnlySet<string> standing, Update? seen)
    {
        var lines = Lines.Where(line => !next.Lines.Any(newer => KeyOf(newer) == KeyOf(line))).Concat(next.Lines).Where(line => !standing.Contains(line));
        return next with { Lines = [.. lines.OrderBy(line => PositionOf(line, seen))] };
    }

    /// <summary>Makes the lines that stand before it those that stand after it.</summary>
    public void ApplyTo(HashSet<string> standing)
    {
        standing.RemoveWhere(line => Lines.Any(newer => KeyOf(newer) == KeyOf(line)));
        standing.UnionWith(Lines);
    }

    private static int PositionOf(string line, Update? seen) =>
        seen?.Lines.TakeWhile(other => KeyOf(other) != KeyOf(line)).Count() ?? 0;

    private static string KeyOf(string line) => line.Split(": ")[0];
}
