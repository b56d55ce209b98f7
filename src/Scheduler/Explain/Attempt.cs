using MiniK8s.Client.Informers;
using MiniK8s.Scheduler.Cycles;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Explain;

/// <summary>One attempt to find a node for a pod: all that was seen on the way, kept as small as can be. Immutable but for its outcome.</summary>
internal sealed class Attempt
{
    /// <summary>In <see cref="Looked"/>: the node passed all filters.</summary>
    public const int Feasible = 0;

    /// <summary>In <see cref="Looked"/>: the cycle has not said what became of the node.</summary>
    public const int Unknown = -1;

    private AttemptOutcome? _outcome;

    public required ObjectKey Pod { get; init; }

    public required string Uid { get; init; }

    public required string SchedulerName { get; init; }

    /// <summary>1 is the pod's first.</summary>
    public required int Number { get; init; }

    public required DateTimeOffset Started { get; init; }

    /// <summary>The same moment on the clock that measures.</summary>
    public required long StartedAt { get; init; }

    /// <summary>How long the pod had been in the queue then.</summary>
    public required TimeSpan Queued { get; init; }

    /// <summary>From the start to the decision.</summary>
    public required TimeSpan DecidedAfter { get; init; }

    /// <summary>The chosen node; "" for none.</summary>
    public required string Node { get; init; }

    /// <summary>The node that an earlier attempt has had cleared for the pod; "" for none.</summary>
    public required string NominatedNode { get; init; }

    /// <summary>All nodes there were, in their order. Shared with other attempts.</summary>
    public required IReadOnlyList<string> Nodes { get; init; }

    /// <summary>The place in <see cref="Nodes"/> at which the search began; from the last it goes on with the first.</summary>
    public required int Start { get; init; }

    /// <summary>Of each node looked at, from <see cref="Start"/> on: <see cref="Feasible"/>, <see cref="Unknown"/>, or from 1 on a verdict's place in <see cref="Verdicts"/>.</summary>
    public required PackedInts Looked { get; init; }

    /// <summary>The different verdicts there were.</summary>
    public required IReadOnlyList<Verdict> Verdicts { get; init; }

    /// <summary>How many feasible nodes were to be enough.</summary>
    public required int Wanted { get; init; }

    /// <summary>A pre-filter's rejection by all nodes.</summary>
    public required Verdict? WholePod { get; init; }

    public required PluginNames Plugins { get; init; }

    /// <summary>Per plugin that had something to say; empty where nothing was scored.</summary>
    public required IReadOnlyList<ScoreColumn> Scores { get; init; }

    public required Remedy? Remedy { get; init; }

    /// <summary>Null until it is known whether the pod was bound.</summary>
    public AttemptOutcome? Outcome
    {
        get => Volatile.Read(ref _outcome);
        set => Volatile.Write(ref _outcome, value);
    }

    /// <summary>What it takes in memory without its outcome, about; not counting what it shares with others.</summary>
    public required long Bytes { get; init; }

    /// <summary>The name of a node that was looked at, by its place in <see cref="Looked"/>.</summary>
    public string NameOf(int looked) => Nodes[(Start + looked) % Nodes.Count];

    /// <summary>Why a node that was looked at was rejected; null where it is feasible.</summary>
    public Verdict? VerdictOf(int looked) => Looked[looked] is > Feasible and var verdict ? Verdicts[(int)verdict - 1] : null;

    /// <summary>The sum of weighted scores of each feasible node, in their order; empty where nothing was scored.</summary>
    public long[] Totals()
    {
        if (Scores.Count == 0) return [];
        var totals = new long[Scores[0].Raw.Count];
        foreach (var column in Scores)
        {
            for (var i = 0; i < totals.Length; i++) totals[i] += column.Weight * column.Normalized[i];
        }
        return totals;
    }
}

/// <summary>What one plugin gave each feasible node, in their order. Attempts may share it, and columns their numbers.</summary>
internal sealed record ScoreColumn(string Plugin, int Weight, PackedInts Raw, PackedInts Normalized)
{
    /// <summary>What it takes in memory without its numbers, about.</summary>
    public const int OwnBytes = 48;
}

/// <summary>Who was asked, and who had nothing to say about the pod. Shared by attempts of which the same is true.</summary>
/// <param name="Filters">In the order in which they were asked about each node.</param>
/// <param name="Scores">Where nodes were scored, in the order of the scores.</param>
/// <param name="SkippedScores">Known where nodes were scored.</param>
internal sealed record PluginNames(
    IReadOnlyList<string> Filters, IReadOnlyList<string> SkippedFilters, IReadOnlyList<string> Scores, IReadOnlyList<string> SkippedScores)
{
    /// <summary>Whether those asked are these; of one profile, those with nothing to say then are the same, too.</summary>
    public bool Are(IReadOnlyList<IFilterPlugin> filters, IReadOnlyList<PluginScores> scores)
    {
        if (filters.Count != Filters.Count || scores.Count != Scores.Count) return false;
        for (var i = 0; i < Filters.Count; i++)
        {
            if (filters[i].Name != Filters[i]) return false;
        }
        for (var i = 0; i < Scores.Count; i++)
        {
            if (scores[i].Plugin != Scores[i]) return false;
        }
        return true;
    }
}

/// <summary>What was to be done for a pod that no node would have.</summary>
/// <param name="Plugin">Who looked for it.</param>
/// <param name="Node">The node to be cleared; "" for none.</param>
/// <param name="Victims">The pods that have to go, most important first.</param>
/// <param name="Message">Why nothing can be done.</param>
internal sealed record Remedy(string Plugin, string Node, IReadOnlyList<ObjectKey> Victims, string Message);
