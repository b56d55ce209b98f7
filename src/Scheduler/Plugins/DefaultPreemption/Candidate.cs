using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.DefaultPreemption;

/// <summary>A node on which the pod would have room if some were removed.</summary>
/// <param name="Node">Its name.</param>
/// <param name="Victims">Those that would have to go, at least one, most important first.</param>
/// <param name="Violations">How many of them go against a disruption budget.</param>
internal sealed record Candidate(string Node, IReadOnlyList<PodInfo> Victims, int Violations)
{
    /// <summary>The one that does least harm; of equals the first.</summary>
    /// <remarks>
    /// Each is asked only of those that are equal in all before: fewest violated budgets; lowest priority of the most important victim;
    /// smallest sum of priorities; fewest victims; the most important victims have run for the shortest time.
    /// Source: pickOneNodeForPreemption, pkg/scheduler/framework/preemption/preemption.go.
    /// </remarks>
    public static Candidate LeastHarmful(IEnumerable<Candidate> candidates) => candidates.MinBy(candidate => candidate.Harm())!;

    private (int Violations, int HighestPriority, long SumOfPriorities, int Victims, long RunsFor) Harm() =>
        (Violations, Victims[0].Priority, Victims.Sum(Weight), Victims.Count, -Importance.EarliestStart(Victims).UtcTicks);

    // Never negative: more victims of negative priority are not less harm.
    private static long Weight(PodInfo victim) => victim.Priority + (1L << 31);
}
