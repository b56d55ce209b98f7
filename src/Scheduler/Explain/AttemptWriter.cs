using System.Runtime.InteropServices;

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
    private PluginSet? _lastPlugins;
    private PluginNames _lastNames = new([], [], [], []);
    private PackedInts? _lastLooked;
    private ScoreColumn[] _lastColumns = [];
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
            NominatedNode = trial.NominatedNode,
            Nodes = snapshot.Names,
            Start = trace.Start,
            Looked = looked,
            Verdicts = TakeVerdicts(),
            Wanted = trace.Wanted,
            WholePod = trace.Rejections?.WholePod is var (plugin, status) ? Charge(new Verdict(plugin, status)) : null,
            Plugins = TakeNames(trial.Plugins, trial.State, trace.Scores),
            Scores = TakeColumns(trace.Scores),
            Remedy = RemedyOf(trace),
            Bytes = _bytes,
        };
    }

    private PackedInts Look(CycleTrace trace, Snapshot snapshot)
    {
        if (_looked.Length < trace.Looked) _looked = new long[snapshot.Nodes.Count];
        var looked = _looked.AsSpan(0, trace.Looked);
        if (trace.Feasible.Count == looked.Length) looked.Fill(Attempt.Feasible);
        else Sort(trace, snapshot.Span, looked);
        return _lastLooked = Pack(looked, _lastLooked);
    }

    // Feasible and rejected nodes both come in the order of the search: so one pass over that order tells which is which, without look-ups.
    private void Sort(CycleTrace trace, ReadOnlySpan<NodeInfo> nodes, Span<long> looked)
    {
        ReadOnlySpan<NodeInfo> feasible = CollectionsMarshal.AsSpan(trace.Feasible);
        var rejected = trace.Rejections is { } rejections ? rejections.Span : [];
        for (var (i, place, f, r) = (0, trace.Start, 0, 0); i < looked.Length; i++, place++)
        {
            if (place == nodes.Length) place = 0;
            var node = nodes[place];
            if (f < feasible.Length && ReferenceEquals(feasible[f], node)) (looked[i], f) = (Attempt.Feasible, f + 1);
            else if (r < rejected.Length && ReferenceEquals(rejected[r].Node, node)) looked[i] = 1 + PlaceOf(rejected[r].Plugin, rejected[r++].Status);
            else looked[i] = Attempt.Unknown;
        }
    }

    // What is the same of all nodes, as many scores are, is mostly the same of those of the next pod.
    private PackedInts Pack(ReadOnlySpan<long> values, PackedInts? last)
    {
        var packed = PackedInts.Of(values, last);
        if (!ReferenceEquals(packed, last)) _bytes += packed.Bytes;
        return packed;
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
        var (filters, scorers) = (state.Filters, scores?.Plugins ?? []);
        if (_lastPlugins == plugins && _lastNames.Are(filters, scorers)) return _lastNames;
        _lastPlugins = plugins;
        _lastNames = new PluginNames(
            [.. filters.Select(filter => filter.Name)],
            [.. plugins.Filters.Where(state.IsSkipped).Select(filter => filter.Name)],
            [.. scorers.Select(scorer => scorer.Plugin)],
            scores is null ? [] : [.. plugins.Scores.Where(entry => state.IsScoreSkipped(entry.Plugin)).Select(entry => entry.Plugin.Name)]);
        _bytes += 300 + 8 * (plugins.Filters.Count + plugins.Scores.Count);
        return _lastNames;
    }

    private ScoreColumn[] TakeColumns(NodeScores? scores)
    {
        if (scores is null) return [];
        var columns = new ScoreColumn[scores.Plugins.Count];
        for (var i = 0; i < columns.Length; i++) columns[i] = Column(scores.Plugins[i], i < _lastColumns.Length ? _lastColumns[i] : null);
        return _lastColumns = columns;
    }

    private ScoreColumn Column(PluginScores scores, ScoreColumn? last)
    {
        var raw = Pack(scores.Raw, last?.Raw);
        var normalized = scores.Raw.AsSpan().SequenceEqual(scores.Normalized) ? raw : Pack(scores.Normalized, last?.Normalized);
        if (last is not null && (last.Plugin, last.Weight) == (scores.Plugin, scores.Weight) && ReferenceEquals(last.Raw, raw) && ReferenceEquals(last.Normalized, normalized)) return last;
        _bytes += ScoreColumn.OwnBytes;
        return new ScoreColumn(scores.Plugin, scores.Weight, raw, normalized);
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
