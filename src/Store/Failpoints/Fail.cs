namespace MiniK8s.Store.Failpoints;

/// <summary>Marks a place where --failpoints may make this process fail. Costs one null check when the flag is not given.</summary>
/// <remarks>The process has one plan, set once before anything runs: a kill or a stall concerns the process, not one object in it.</remarks>
internal static class Fail
{
    private static FailpointPlan? _plan;

    /// <summary>Sets the plan of this process; null for none.</summary>
    public static void Arm(FailpointPlan? plan) => _plan = plan;

    /// <summary>Does what the plan wants here. May block: for threads of one's own, such as the writer's.</summary>
    /// <exception cref="IOException">The plan wants an error here.</exception>
    public static void At(Failpoint point) => _plan?.Hit(point);

    /// <summary>Does what the plan wants here, without holding a thread.</summary>
    /// <exception cref="IOException">The plan wants an error here.</exception>
    public static ValueTask AtAsync(Failpoint point, CancellationToken ct) => _plan is { } plan ? plan.HitAsync(point, ct) : ValueTask.CompletedTask;
}
