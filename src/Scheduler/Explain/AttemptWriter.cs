using MiniK8s.Scheduler.Cycles;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Explain;

/// <summary>Makes the small record of a cycle. What it says in the same words as the one before, the two share. For one thread.</summary>
internal sealed class AttemptWriter
{
    private const int Few = 16;

    private readonly Dictionary<Verdict, int> _places = [];
    private readonly List<Verdict> _verdicts = [];
    private long[] _looked = [];
    private IReadOnlyList<Verdict> _lastVerdicts = [];
    private PluginNames _lastNames = new([], [], []);
    private long _bytes;

    /// <summary>The record of a cycle that is over; nothing of the cycle's own is kept.</summary>
    public Attempt Write(Trial trial, Snapshot snapshot, Decision? decision, TimeSpan decidedAfter)
    {
        var (pod, trace) = (trial.Pod, trial.Trace);
        _bytes = 400;
        var looked = Look(trace, snapshot);
        return new Attempt
        {
            Pod = pod.Key,
            Uid = pod.Uid,
            SchedulerName = pod.Pod.Spec.SchedulerName,
            Number = trial.Number,
            Started = trial.Started,
            StartedAt = trial.StartedAt,
            Queued = trial.Queued,
            DecidedAfter = decidedAfter,
            Node = decision is Decision.Place place ? place.Node : "",
            NominatedNode = pod.Pod.Status?.NominatedNodeName ?? "",
            Nodes = snapshot.Names,
            Start = trace.Start,
            Looked = looked,
            Verdicts = TakeVerdicts(),
            Wanted = trace.Wanted,
            WholePod = trace.Rejections?.WholePod is var (plugin, status) ? Charge(new Verdict(plugin, status)) : null,
            Plugins = TakeNames(trial.Plugins, trial.State, trace.Scores),
            Scores = trace.Scores is { } scores ? [.. scores.Plugins.Select(Column)] : [],
            Remedy = RemedyOf(trace),
            Bytes = _bytes,
        };
    }

    // Feasible and rejected nodes both come in the order of the search: so one pass over that order tells which is which, without look-ups.
    private PackedInts Look(CycleTrace trace, Snapshot snapshot)
    {
        var (nodes, feasible, rejected) = (snapshot.Nodes, trace.Feasible, trace.Rejections?.Nodes ?? []);
        if (_looked.Length < trace.Looked) _looked = new long[nodes.Count];
        var (f, r) = (0, 0);
        for (var i = 0; i < trace.Looked; i++)
        {
            var node = nodes[(trace.Start + i) % nodes.Count];
            if (f < feasible.Count && ReferenceEquals(feasible[f], node)) (_looked[i], f) = (Attempt.Feasible, f + 1);
            else if (r < rejected.Count && ReferenceEquals(rejected[r].Node, node)) _looked[i] = 1 + PlaceOf(rejected[r].Plugin, rejected[r++].Status);
            else _looked[i] = Attempt.Unknown;
        }
        var looked = new PackedInts(_looked.AsSpan(0, trace.Looked));
        _bytes += looked.Bytes;
        return looked;
    }

    // Mostly there are few different verdicts for thousands of nodes: those are found without an object for each node.
    private int PlaceOf(string plugin, Status status)
    {
        for (var i = 0; i < _verdicts.Count && i < Few; i++)
        {
            if (_verdicts[i].Is(plugin, status)) return i;
        }
        var verdict = new Verdict(plugin, status);
        if (_places.TryGetValue(verdict, out var place)) return place;
        _places.Add(verdict, _verdicts.Count);
        _verdicts.Add(verdict);
        return _verdicts.Count - 1;
    }

    private IReadOnlyList<Verdict> TakeVerdicts()
    {
        if (!_verdicts.SequenceEqual(_lastVerdicts))
        {
            _lastVerdicts = [.. _verdicts];
            _bytes += _verdicts.Sum(verdict => verdict.Bytes);
        }
        _verdicts.Clear();
        _places.Clear();
        return _lastVerdicts;
    }

    private PluginNames TakeNames(PluginSet plugins, CycleState state, NodeScores? scores)
    {
        var names = new PluginNames(
            [.. state.Filters.Select(filter => filter.Name)],
            [.. plugins.Filters.Where(state.IsSkipped).Select(filter => filter.Name)],
            scores is null ? [] : [.. plugins.Scores.Where(entry => state.IsScoreSkipped(entry.Plugin)).Select(entry => entry.Plugin.Name)]);
        if (!names.IsSame(_lastNames))
        {
            _lastNames = names;
            _bytes += 200 + 8 * (names.Filters.Count + names.SkippedFilters.Count + names.SkippedScores.Count);
        }
        return _lastNames;
    }

    private ScoreColumn Column(PluginScores scores)
    {
        var raw = new PackedInts(scores.Raw);
        var normalized = scores.Raw.AsSpan().SequenceEqual(scores.Normalized) ? raw : new PackedInts(scores.Normalized);
        var column = new ScoreColumn(scores.Plugin, scores.Weight, raw, normalized);
        _bytes += column.Bytes;
        return column;
    }

    private Verdict Charge(Verdict verdict)
    {
        _bytes += verdict.Bytes;
        return verdict;
    }

    private Remedy? RemedyOf(CycleTrace trace)
    {
        if (trace.Remedy is not var (plugin, result)) return null;
        _bytes += 100 + 2 * result.Message.Length + 40 * result.Victims.Count;
        return new Remedy(plugin, result.NominatedNode ?? "", [.. result.Victims.Select(victim => victim.Key)], result.Message);
    }
}
