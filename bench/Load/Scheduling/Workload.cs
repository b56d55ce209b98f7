using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Load.Scheduling;

/// <summary>What a scheduler is measured with, in the shape of Kubernetes' test/integration/scheduler_perf.</summary>
/// <param name="Name">Its name there.</param>
/// <param name="NodeCount">Nodes, of 4 cpu, 32 GiB and 110 Pods each.</param>
/// <param name="Before">Pods that have a node before the clock starts.</param>
/// <param name="Measured">Pods whose way to a node is measured.</param>
/// <param name="Threshold">Pods/s below which Kubernetes' own test of kube-scheduler 1.32 fails; null where it has none for this size.</param>
internal sealed record Workload(string Name, int NodeCount, int Before, int Measured, double? Threshold)
{
    /// <summary>The node of that number.</summary>
    public Func<int, Node> Node { get; init; } = number => Shapes.Node(number);

    /// <summary>The Pod of that number, of those before.</summary>
    public Func<int, Pod> Existing { get; init; } = number => Shapes.Pod($"before-{number}");

    /// <summary>The Pod of that number, of those measured.</summary>
    public Func<int, Pod> Fresh { get; init; } = number => Shapes.Pod($"pod-{number}");

    /// <summary>Pods that never find a node and wait beside those measured.</summary>
    public int Hopeless { get; init; }

    /// <summary>What goes on beside, each 200 ms while the clock runs: one more Pod too large for any node, or nodes and Pods that come and go.</summary>
    public Churn Churn { get; init; }

    public string Title => $"{Name}/{NodeCount}Nodes_{Measured}Pods";

    /// <summary>The workloads that are run, at 500 and at 5,000 nodes.</summary>
    public static IReadOnlyList<Workload> All { get; } =
    [
        new("SchedulingBasic", 500, 500, 1000, null),
        new("SchedulingBasic", 1000, 1000, 10_000, null),
        new("SchedulingBasic", 5000, 1000, 10_000, 270),
        .. Sizes("SchedulingNodeAffinity", (500, 500, 1000, null), (5000, 5000, 10_000, 220)).Select(workload => workload with
        {
            Node = number => Shapes.Node(number, "zone1"),
            Fresh = number => Shapes.Pod($"pod-{number}").InZones("zone1", "zone2"),
        }),
        .. Sizes("TopologySpreading", (500, 1000, 1000, null), (5000, 5000, 5000, 85)).Select(workload => workload with
        {
            Node = number => Shapes.Node(number, $"moon-{(number % 3) + 1}"),
            Fresh = number => Shapes.Pod($"pod-{number}").Spread(),
        }),
        .. Sizes("SchedulingPodAntiAffinity", (500, 100, 400, null), (5000, 1000, 2000, 70)).Select(workload => workload with
        {
            Existing = number => Shapes.Pod($"before-{number}", "sched-0").Apart(),
            Fresh = number => Shapes.Pod($"pod-{number}", "sched-1").Apart(),
        }),
        .. Sizes("SchedulingPodAffinity", (500, 500, 1000, null), (5000, 5000, 5000, 35)).Select(workload => workload with
        {
            Node = number => Shapes.Node(number, "zone1"),
            Existing = number => Shapes.Pod($"before-{number}", "sched-0").Together(),
            Fresh = number => Shapes.Pod($"pod-{number}", "sched-1").Together(),
        }),
        .. Sizes("SchedulingWithMixedChurn", (500, 0, 1000, null), (5000, 0, 10_000, 265)).Select(workload => workload with { Churn = Churn.Mixed }),
        .. Sizes("Unschedulable", (500, 0, 1000, null), (5000, 0, 10_000, 200)).Select(workload => workload with { Hopeless = 200, Churn = Churn.HopelessPods }),
        .. Sizes("PreemptionBasic", (500, 2000, 500, 18), (5000, 20_000, 5000, 200)).Select(workload => workload with
        {
            Existing = number => Shapes.Pod($"before-{number}", cpu: "900m").Urgency(0),
            Fresh = number => Shapes.Pod($"pod-{number}", cpu: "3000m").Urgency(10),
        }),
    ];

    private static IEnumerable<Workload> Sizes(string name, params (int Nodes, int Before, int Measured, double? Threshold)[] sizes) =>
        sizes.Select(size => new Workload(name, size.Nodes, size.Before, size.Measured, size.Threshold));
}

/// <summary>What goes on beside the measured Pods.</summary>
internal enum Churn
{
    None,

    /// <summary>One more Pod too large for any node.</summary>
    HopelessPods,

    /// <summary>In turn a node, and an urgent Pod too large for any node, each gone again with the next.</summary>
    Mixed,
}
