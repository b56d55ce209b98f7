using System.Globalization;
using System.Text;

using Google.Protobuf.WellKnownTypes;

using MiniK8s.Protocol.V1;

namespace MiniK8s.Lab.Commands.Why;

/// <summary>Why a Pod went to its node, or to none, for a person at a terminal.</summary>
internal static class WhyText
{
    public static string Of(KnownPod known, bool showAll)
    {
        var (pod, explanation) = known;
        if (explanation.Attempt is not { } attempt || (pod is not null && pod.Metadata.Uid != attempt.Uid)) return UntriedPod.Explain(pod!, explanation);
        var text = new StringBuilder();
        var lines = new Lines(text);
        lines.Add("Pod", $"{attempt.Namespace}/{attempt.Name}{(pod is null ? ", which is gone" : "")}");
        lines.Add("Attempt", $"{attempt.Attempt}, by {attempt.SchedulerName}, at {Moment(attempt.Started)}, after {Length(attempt.Queued)} in the queue");
        lines.Add("Result", ResultOf(attempt));
        if (explanation.Queue is { } place && attempt.Result != AttemptResult.Bound) lines.Add("Now", NowOf(place, attempt));
        if (attempt.NominatedNode.Length > 0) lines.Add("Nominated", $"{attempt.NominatedNode}, cleared for it after an earlier attempt");
        lines.Add("Decided", $"in {Length(attempt.DecidedAfter)}: {ChoiceOf(attempt)}");
        lines.Add("Nodes", NodesOf(attempt));
        lines.Add("Filters", attempt.Filters);
        lines.Add("Not asked", NotAsked(attempt));
        if (attempt.Preemption is { Node.Length: > 0 } preemption) lines.Add("Preemption", PreemptionOf(preemption));
        text.Append(NodeTable.Of(attempt, showAll));
        return text.ToString();
    }

    /// <summary>2030-01-01 12:00:00.123Z</summary>
    public static string Moment(Timestamp moment) => moment.ToDateTime().ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>Where the Pod waits, and for what.</summary>
    public static string NowOf(QueuePlace place) => place.Pool switch
    {
        QueuePool.Active => "waits for its turn",
        QueuePool.Backoff => $"waits out its backoff, and is tried again after {Moment(place.BackoffUntil)}",
        QueuePool.Unschedulable =>
            $"waits for a change that may help, in the eyes of {string.Join(", ", place.Plugins)}; without one it is tried again 5 minutes after {Moment(place.Since)}",
        QueuePool.Gated => $"held back by {string.Join(", ", place.Plugins)}: {place.Message}",
        QueuePool.InFlight => "is being tried again",
        QueuePool.Waiting => $"waits until {string.Join(", ", place.Plugins)} let it be bound",
        QueuePool.Binding => "is being bound",
        _ => place.Pool.ToString(),
    };

    // 0.41 ms, 12.3 s
    private static string Length(Duration duration)
    {
        var span = duration.ToTimeSpan();
        return span.TotalSeconds < 1 ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalMilliseconds:0.##} ms") : string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.#} s");
    }

    private static string ResultOf(SchedulingAttempt attempt) => attempt.Result switch
    {
        AttemptResult.Bound => $"bound to {attempt.Node} by {attempt.Plugin}, {Length(attempt.EndedAfter)} after it was taken up",
        AttemptResult.Rejected when attempt.Node.Length > 0 => $"{attempt.Node} was chosen, and {attempt.Plugin} turned it down: {attempt.Message}",
        AttemptResult.Failed when attempt.Node.Length > 0 => $"{attempt.Node} was chosen, and the binding failed: {attempt.Message}",
        AttemptResult.Failed => $"failed: {attempt.Message}",
        AttemptResult.Rejected => attempt.Message,
        _ => $"{attempt.Node} is chosen, and the binding is not written yet",
    };

    private static string ChoiceOf(SchedulingAttempt attempt) => attempt.Best switch
    {
        _ when attempt.Node.Length == 0 => "no node",
        0 => $"{attempt.Node}, the only feasible node",
        1 => $"{attempt.Node}, which has the highest total",
        var equals => $"{attempt.Node}, drawn from the {equals} nodes with the highest total",
    };

    private static string NodesOf(SchedulingAttempt attempt)
    {
        var looked = $"{attempt.Nodes.Count} of {attempt.NodeCount} looked at, {attempt.Nodes.Count(node => node.Rejection is null)} feasible";
        if (attempt.Rejection is { } rejection) return $"{looked}: {rejection.Plugin} rejects all: {string.Join(", ", rejection.Reasons)}";
        if (attempt.NotLookedAt == 0) return looked;
        var why = attempt.Node.Length > 0 && attempt.Node == attempt.NominatedNode && attempt.Nodes.Count == 1
            ? "because it fits where room was made for it"
            : $"because {attempt.FeasibleWanted} feasible ones are enough ({100 * attempt.FeasibleWanted / attempt.NodeCount} %)";
        return $"{looked}; {attempt.NotLookedAt} were not looked at, {why}";
    }

    // The pod comes back to the queue only when its result has been written down.
    private static string NowOf(QueuePlace place, SchedulingAttempt last) =>
        place.Pool == QueuePool.InFlight && place.Attempts == last.Attempt ? "the result is being written down" : NowOf(place);

    // A plugin that both filters and scores stands with what it was not asked for.
    private static List<string> NotAsked(SchedulingAttempt attempt)
    {
        var names = attempt.SkippedFilters.Select(name => $"{name} (filter)").Concat(attempt.SkippedScores.Select(name => $"{name} (score)")).ToList();
        if (names.Count > 0) names[^1] += ": nothing to say about this Pod";
        return names;
    }

    private static string PreemptionOf(Preemption preemption) => preemption.Victims.Count == 0
        ? $"{preemption.Plugin} keeps {preemption.Node} for it"
        : $"{preemption.Plugin} clears {preemption.Node} for it: {string.Join(", ", preemption.Victims)} have to go";

    private sealed class Lines(StringBuilder text)
    {
        // How wide lines become where they can be broken.
        private const int Width = 100;
        private static readonly string Indent = new(' ', 13);

        public void Add(string label, string value)
        {
            if (value.Length > 0) text.Append($"{label + ":",-12} {value}\n");
        }

        // Joined by commas; what is too much for one line goes on under it.
        public void Add(string label, IReadOnlyList<string> items)
        {
            var (value, used) = (new StringBuilder(), Indent.Length);
            for (var i = 0; i < items.Count; i++)
            {
                var item = i < items.Count - 1 ? items[i] + "," : items[i];
                var isFirst = used == Indent.Length;
                if (!isFirst && used + 1 + item.Length > Width)
                {
                    value.Append('\n').Append(Indent);
                    (isFirst, used) = (true, Indent.Length);
                }
                if (!isFirst) value.Append(' ');
                value.Append(item);
                used += item.Length + (isFirst ? 0 : 1);
            }
            Add(label, value.ToString());
        }
    }
}
