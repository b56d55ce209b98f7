using Google.Protobuf.WellKnownTypes;

using MiniK8s.Protocol.V1;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Queue;

namespace MiniK8s.Scheduler.Explain;

/// <summary>What is remembered, spelt out again for the wire.</summary>
internal static class ExplainMessages
{
    public static SchedulingAttempt Of(Attempt attempt)
    {
        var totals = attempt.Totals();
        var message = new SchedulingAttempt
        {
            Namespace = attempt.Pod.Namespace,
            Name = attempt.Pod.Name,
            Uid = attempt.Uid,
            SchedulerName = attempt.SchedulerName,
            Attempt = attempt.Number,
            Started = Timestamp.FromDateTimeOffset(attempt.Started),
            Queued = Duration.FromTimeSpan(attempt.Queued),
            DecidedAfter = Duration.FromTimeSpan(attempt.DecidedAfter),
            Node = attempt.Node,
            Best = CountBest(totals),
            NominatedNode = attempt.NominatedNode,
            NodeCount = attempt.Nodes.Count,
            NotLookedAt = attempt.WholePod is null ? attempt.Nodes.Count - attempt.Looked.Count : 0,
            FeasibleWanted = attempt.Wanted,
            Filters = { attempt.Plugins.Filters },
            SkippedFilters = { attempt.Plugins.SkippedFilters },
            SkippedScores = { attempt.Plugins.SkippedScores },
            Rejection = Of(attempt.WholePod),
            Preemption = Of(attempt.Remedy),
            Nodes = { NodesOf(attempt, totals) },
        };
        if (attempt.Outcome is not { } outcome) return message;
        message.EndedAfter = Duration.FromTimeSpan(outcome.After);
        (message.Result, message.Plugin, message.Message) = (outcome.Result, outcome.Plugin, outcome.Message);
        return message;
    }

    public static QueuePlace Of(PodInQueue place, PluginSet plugins)
    {
        var message = new QueuePlace
        {
            Pool = Of(place.Pool),
            Since = Timestamp.FromDateTimeOffset(place.Since),
            Attempts = place.Attempts,
        };
        if (place.Attempts > 0) message.BackoffUntil = Timestamp.FromDateTimeOffset(place.BackoffUntil);
        if (place.Pool == Pool.Unschedulable) message.Plugins.Add(place.RejectedBy.Order(StringComparer.Ordinal));
        if (place.Pool == Pool.Waiting) message.Plugins.Add(place.WaitsFor.Order(StringComparer.Ordinal));
        if (place.Pool == Pool.Gated) SayWhatHolds(message, place.Pod, plugins);
        return message;
    }

    private static int CountBest(long[] totals)
    {
        var best = totals.DefaultIfEmpty().Max();
        return totals.Count(total => total == best);
    }

    private static void SayWhatHolds(QueuePlace message, PodInfo pod, PluginSet plugins)
    {
        foreach (var plugin in plugins.PreEnqueues)
        {
            var status = plugin.PreEnqueue(pod);
            if (status.IsSuccess) continue;
            message.Plugins.Add(plugin.Name);
            message.Message = string.Join(", ", status.Reasons);
            return;
        }
    }

    private static IEnumerable<NodeReport> NodesOf(Attempt attempt, long[] totals)
    {
        var feasible = 0;
        for (var i = 0; i < attempt.Looked.Count; i++)
        {
            var verdict = attempt.Looked[i];
            if (verdict == Attempt.Unknown) continue;
            var report = new NodeReport { Node = attempt.NameOf(i), Rejection = Of(attempt.VerdictOf(i)) };
            if (verdict == Attempt.Feasible && totals.Length > 0)
            {
                report.Scores.Add(attempt.Scores.Select(column => Of(column, feasible)));
                report.Total = totals[feasible];
                feasible++;
            }
            yield return report;
        }
    }

    private static NodeScore Of(ScoreColumn column, int node) => new()
    {
        Plugin = column.Plugin,
        Raw = column.Raw[node],
        Normalized = column.Normalized[node],
        Weight = column.Weight,
        Weighted = column.Weight * column.Normalized[node],
    };

    private static Rejection? Of(Verdict? verdict) => verdict is null
        ? null
        : new Rejection { Plugin = verdict.Plugin, Reasons = { verdict.Reasons }, Unresolvable = verdict.IsUnresolvable };

    private static Preemption? Of(Remedy? remedy) => remedy is null
        ? null
        : new Preemption { Plugin = remedy.Plugin, Node = remedy.Node, Victims = { remedy.Victims.Select(victim => victim.ToString()) }, Message = remedy.Message };

    private static QueuePool Of(Pool pool) => pool switch
    {
        Pool.Active => QueuePool.Active,
        Pool.Backoff => QueuePool.Backoff,
        Pool.Unschedulable => QueuePool.Unschedulable,
        Pool.Gated => QueuePool.Gated,
        Pool.InFlight => QueuePool.InFlight,
        Pool.Waiting => QueuePool.Waiting,
        Pool.Binding => QueuePool.Binding,
        _ => throw new ArgumentOutOfRangeException(nameof(pool), pool, null),
    };
}
