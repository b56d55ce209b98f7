using System.Collections.Immutable;

namespace MiniK8s.Kubelet.Eviction;

/// <summary>When a node drives pods out.</summary>
/// <param name="Thresholds">Hard and soft ones.</param>
/// <param name="TransitionPeriod">How long a pressure is shown after it was last seen.</param>
/// <param name="MaxPodGrace">The most that a pod is given at a soft threshold.</param>
internal sealed record EvictionSettings(ImmutableArray<Threshold> Thresholds, TimeSpan TransitionPeriod, TimeSpan MaxPodGrace)
{
    /// <summary>The hard thresholds of a kubelet that is told nothing [pkg/kubelet/apis/config/v1beta1/defaults_linux.go].</summary>
    public static readonly ImmutableArray<string> DefaultHard =
        ["memory.available<100Mi", "nodefs.available<10%", "nodefs.inodesFree<5%", "imagefs.available<15%", "imagefs.inodesFree<5%"];

    public static readonly TimeSpan DefaultTransitionPeriod = TimeSpan.FromMinutes(5);

    /// <summary>What a kubelet has that is told nothing.</summary>
    public static EvictionSettings Default { get; } = new EvictionFlags(DefaultHard).Read(DefaultTransitionPeriod, TimeSpan.Zero, out _)!;

    /// <summary>What of the node pods cannot have: below it the hard thresholds are.</summary>
    public long Reserved(EvictionSignal signal, long capacity) => Thresholds.FirstOrDefault(t => t.IsHard && t.Signal == signal)?.Least.Of(capacity) ?? 0;
}
