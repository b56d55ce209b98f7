using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Cycles;

/// <summary>What a cycle has seen on the way to its decision. The cycle fills it as it goes, so it is true also of one that failed on the way.</summary>
/// <remarks>Read it before the next cycle begins: what it refers to may be used anew by that.</remarks>
internal sealed class CycleTrace
{
    /// <summary>Of each node that was looked at and rejected, the first filter that did; in the order in which they were looked at.</summary>
    public Rejections? Rejections { get; set; }

    /// <summary>The nodes that passed all filters, in the order in which they were looked at.</summary>
    public IReadOnlyList<NodeInfo> Feasible { get; set; } = [];

    /// <summary>The place in the snapshot at which the search began; from the last node it goes on with the first.</summary>
    public int Start { get; set; }

    /// <summary>How many nodes were looked at, from <see cref="Start"/> on.</summary>
    public int Looked { get; set; }

    /// <summary>How many feasible nodes were to be enough.</summary>
    public int Wanted { get; set; }

    /// <summary>The scores of <see cref="Feasible"/>; null where there was nothing to compare.</summary>
    public NodeScores? Scores { get; set; }

    /// <summary>The plugin that looked for a remedy where no node would have the pod, and what it found.</summary>
    public (string Plugin, PostFilterResult Result)? Remedy { get; set; }
}
