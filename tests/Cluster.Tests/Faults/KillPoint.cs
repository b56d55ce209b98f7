namespace MiniK8s.Cluster.Tests.Faults;

/// <summary>A moment of a kubelet's work at which its process is killed.</summary>
/// <param name="Name">What it is called; the node's name too.</param>
/// <param name="Moment">As the program of tests/KubeletFaults calls it.</param>
/// <param name="Coming">Which coming of that moment.</param>
/// <param name="Kind">The life that leads there.</param>
internal sealed record KillPoint(string Name, string Moment, int Coming, LifeKind Kind)
{
    public static IReadOnlyList<KillPoint> All { get; } =
    [
        // The two that take longest begin first.
        new("in-pre-stop", "in-exec", 1, LifeKind.StubbornlyLeaving),
        new("in-grace", "in-stop-container", 1, LifeKind.StubbornlyLeaving),
        new("before-register", "before-create-node", 1, LifeKind.Arriving),
        new("after-register", "after-create-node", 1, LifeKind.Arriving),
        new("before-first-status", "before-status", 1, LifeKind.Arriving),
        new("after-first-status", "after-status", 1, LifeKind.Arriving),
        new("before-sandbox", "before-run-sandbox", 1, LifeKind.Arriving),
        new("after-sandbox", "after-run-sandbox", 1, LifeKind.Arriving),
        new("in-pull", "in-pull", 1, LifeKind.Arriving),
        new("between-inits", "before-create-container", 2, LifeKind.Arriving),
        new("before-create", "before-create-container", 3, LifeKind.Arriving),
        new("after-create", "after-create-container", 3, LifeKind.Arriving),
        new("before-start", "before-start-container", 3, LifeKind.Arriving),
        new("after-start", "after-start-container", 3, LifeKind.Arriving),
        new("in-post-start", "in-exec", 1, LifeKind.Arriving),
        new("before-event", "before-create-event", 1, LifeKind.Arriving),
        new("before-running-status", "before-status-running", 1, LifeKind.Arriving),
        new("after-running-status", "after-status-running", 1, LifeKind.Arriving),
        new("before-renewal", "before-update-lease", 1, LifeKind.Renewing),
        new("after-renewal", "after-update-lease", 1, LifeKind.Renewing),
        new("at-crash-restart", "before-start-container", 2, LifeKind.Crashing),
        new("before-last-status", "before-status-ended", 1, LifeKind.Ending),
        new("after-last-status", "after-status-ended", 1, LifeKind.Ending),
        new("after-stop", "after-stop-container", 1, LifeKind.Leaving),
        new("before-delete", "before-delete-pod", 1, LifeKind.Leaving),
        new("after-delete", "after-delete-pod", 1, LifeKind.Leaving),
        new("before-remove", "before-remove-sandbox", 1, LifeKind.Leaving),
        new("after-remove", "after-remove-sandbox", 1, LifeKind.Leaving),
    ];

    /// <summary>The container was made and its process not begun: the next try counts as a restart, as in Kubernetes.</summary>
    public bool LosesAnInstance => Name is "after-create" or "before-start";
}

/// <summary>How a pod lives up to the kubelet's death.</summary>
internal enum LifeKind
{
    /// <summary>Two init containers, a main one with a postStart hook.</summary>
    Arriving,

    /// <summary>It runs; the kubelet is killed, and again as it comes back.</summary>
    Renewing,

    /// <summary>It exits again and again.</summary>
    Crashing,

    /// <summary>It exits for good by itself.</summary>
    Ending,

    /// <summary>It is deleted, and goes when asked.</summary>
    Leaving,

    /// <summary>It is deleted, and only the end of the grace makes it go.</summary>
    StubbornlyLeaving,
}
