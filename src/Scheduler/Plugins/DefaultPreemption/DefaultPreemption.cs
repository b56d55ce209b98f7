using MiniK8s.Api.Errors;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.DefaultPreemption;

/// <summary>Makes room for a pod that fits nowhere by removing less important ones from one node.</summary>
/// <remarks>
/// What it says of each node where that cannot be done:
/// <code>
/// the node                                            | its reason
/// ----------------------------------------------------+------------------------------------------------
/// rejects the pod whoever is removed                  | Preemption is not helpful for scheduling
/// has no pod of lower priority                        | No preemption victims found for incoming pod
/// has no room without its pods of lower priority      | the filter's reasons then
/// </code>
/// The pod does not get the node now: it is nominated, waits until the victims have ended, and is tried like any other then.
/// Source: pkg/scheduler/framework/plugins/defaultpreemption of Kubernetes 1.32.
/// </remarks>
internal sealed partial class DefaultPreemption(DefaultPreemptionArgs args, PluginContext context, Random random) : IPostFilterPlugin
{
    /// <summary>The reason of the condition by which a pod that was removed for another is known.</summary>
    internal const string EvictionReason = "PreemptionByScheduler";

    private const string NotHelpful = "Preemption is not helpful for scheduling";
    private readonly Evictions _evictions = new(context);
    private readonly ILogger _logger = context.Loggers.CreateLogger<DefaultPreemption>();

    public string Name => "DefaultPreemption";

    public PostFilterResult PostFilter(CycleState state, PodInfo pod, Snapshot snapshot, Rejections rejections)
    {
        var potential = rejections.Resolvable;
        if (WhyNotEligible(state, pod, snapshot, potential) is { } why) return PostFilterResult.Nothing($"preemption: not eligible due to {why}.");

        var (candidates, reasons) = FindCandidates(state, pod, snapshot, potential);
        if (candidates.Count == 0)
        {
            var all = reasons.Concat(Enumerable.Repeat(NotHelpful, snapshot.Nodes.Count - potential.Count));
            return PostFilterResult.Nothing("preemption: " + Rejections.Describe(snapshot.Nodes.Count, all.CountBy(reason => reason)), clearsNomination: true);
        }

        var best = Candidate.LeastHarmful(candidates);
        var displaced = state.Nominated?.On(best.Node).RemoveAll(other => other.Priority >= pod.Priority) ?? [];
        return new PostFilterResult("", best.Node, best.Victims, displaced);
    }

    public async Task ApplyAsync(PodInfo pod, PostFilterResult decided, CancellationToken ct)
    {
        if (decided.NominatedNode is not { Length: > 0 } node) return;
        await _evictions.EvictAsync(pod, node, decided.Victims, ct);

        // They may not fit any more where they were to go. Where that is not told, they wait longer, and no harm is done.
        foreach (var displaced in decided.Displaced)
        {
            try
            {
                await _evictions.ClearNominationAsync(displaced, ct);
            }
            catch (ApiException refusal)
            {
                LogNotCleared(_logger, displaced.Key.ToString(), node, refusal.Message);
            }
        }
    }

    // A pod for which others are ending already waits for them, and is not to remove more.
    private static string? WhyNotEligible(CycleState state, PodInfo pod, Snapshot snapshot, IReadOnlyList<int> potential)
    {
        if (pod.Pod.Spec.PreemptionPolicy == "Never") return "preemptionPolicy=Never";
        if (snapshot.Find(state.NominatedNode) is not { } nominated) return null;
        var waits = nominated.Pods.Any(other => DryRun.IsRemovable(other, pod) && IsEndingByPreemption(other)) && potential.Contains(snapshot.PlaceOf(nominated));
        return waits ? "a terminating pod on the nominated node" : null;
    }

    private static bool IsEndingByPreemption(PodInfo pod) =>
        pod.Pod.Metadata.DeletionTimestamp is not null
        && pod.Pod.Status?.Conditions.FirstOrDefault(condition => condition.Type == "DisruptionTarget") is { Status: "True", Reason: EvictionReason };

    // From a random node on, so that not always the same pods go. Ends when there are enough to choose from and one of them harms no budget.
    private (List<Candidate> Candidates, List<string> Reasons) FindCandidates(CycleState state, PodInfo pod, Snapshot snapshot, IReadOnlyList<int> potential)
    {
        var reasons = new List<string>();
        var budgets = new DisruptionBudgets(context.Objects.List<Protocol.Policy.V1.PodDisruptionBudget>());
        var (wanted, offset) = (args.Wanted(potential.Count), random.Next(potential.Count));
        var emptied = snapshot.RowsWithoutBelow(pod.Priority);
        var (harmless, violating) = (new List<Candidate>(), new List<Candidate>());
        for (var i = 0; i < potential.Count && (harmless.Count == 0 || harmless.Count + violating.Count < wanted); i++)
        {
            var place = potential[(offset + i) % potential.Count];
            var (candidate, status) = DryRun.On(snapshot.Span[place], emptied[place], state, pod, budgets);
            if (candidate is null) reasons.AddRange(status.Reasons);
            else if (candidate.Violations == 0) harmless.Add(candidate);
            else violating.Add(candidate);
        }
        return ([.. harmless, .. violating], reasons);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Pod} is still nominated to {Node}, where it may not fit: {Reason}")]
    private static partial void LogNotCleared(ILogger logger, string pod, string node, string reason);
}
