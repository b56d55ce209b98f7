namespace MiniK8s.Scheduler.Framework;

/// <summary>What a plugin can say of a pod before it sees a node.</summary>
/// <param name="Status">A rejection here is one by all nodes.</param>
/// <param name="Nodes">The only nodes to look at, or null for all.</param>
/// <param name="Skip">The plugin's filter has nothing to say about this pod.</param>
internal sealed record PreFilterResult(Status Status, IReadOnlySet<string>? Nodes = null, bool Skip = false)
{
    public static readonly PreFilterResult Go = new(Status.Success);

    public static readonly PreFilterResult Skipped = new(Status.Success, Skip: true);
}
