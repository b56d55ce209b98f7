using MiniK8s.Cluster.Tests.Golden;

namespace MiniK8s.Cluster.Tests.Histories;

/// <summary>What became visible of a Pod: the changes of its own watch stream, and its events by who reported them.</summary>
/// <param name="Events">
/// <c>from &lt;component&gt;</c> and under it that component's events in the order in which they were written. Two components' events have no order.
/// </param>
internal sealed record History(IReadOnlyList<Update> Updates, IReadOnlyList<string> Events)
{
    public string RenderUpdates() => string.Join('\n', Updates.Select(update => update.Render()));

    public string RenderEvents() => string.Join('\n', Events);

    /// <summary>Null when this golden history is what was seen; else both, line by line.</summary>
    public string? DifferenceTo(History seen)
    {
        var updates = (this with { Updates = AsMergedIn(seen.Updates) }).RenderUpdates();
        if (updates == seen.RenderUpdates() && RenderEvents() == seen.RenderEvents()) return null;
        return Difference.Between(updates, seen.RenderUpdates()) + "\n" + Difference.Between(RenderEvents(), seen.RenderEvents());
    }

    // Every update that may be one with the next is, where what was seen in its place is not it alone.
    private List<Update> AsMergedIn(IReadOnlyList<Update> seen)
    {
        var merged = new List<Update>();
        var standing = new HashSet<string>();
        var expected = new Queue<Update>(Updates);
        while (expected.TryDequeue(out var update))
        {
            var counterpart = merged.Count < seen.Count ? seen[merged.Count] : null;
            while (update.MayMerge && expected.Count > 0 && counterpart?.IsAs(update) != true) update = update.With(expected.Dequeue(), standing, counterpart);
            merged.Add(update with { MayMerge = false });
            update.ApplyTo(standing);
        }
        return merged;
    }
}
