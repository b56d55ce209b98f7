using MiniK8s.Protocol.Scheduling.V1;

namespace MiniK8s.Api.Rules;

/// <summary>The two PriorityClasses that every cluster has, above all that users may make.</summary>
public static class SystemPriorityClasses
{
    /// <summary>system-node-critical and system-cluster-critical, as they are created; copy before changing one.</summary>
    public static IReadOnlyList<PriorityClass> All { get; } =
    [
        Make("system-node-critical", 2_000_001_000,
            "Used for system critical pods that must not be moved from their current node."),
        Make("system-cluster-critical", 2_000_000_000,
            "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary."),
    ];

    private static PriorityClass Make(string name, int value, string description) => new()
    {
        Metadata = new() { Name = name }, Value = value, Description = description, PreemptionPolicy = "PreemptLowerPriority",
    };
}
