namespace MiniK8s.Kubelet.PodWorkers;

/// <summary>Why the kubelet ends one container of a pod that lives on.</summary>
/// <param name="Probe">"liveness" or "startup" when a probe said so.</param>
/// <param name="Grace">The failing probe's own grace; null takes the pod's.</param>
internal sealed record ContainerKillReason(string Message, string? Probe = null, TimeSpan? Grace = null)
{
    /// <summary>Its image is another one now: restarted whatever the policy.</summary>
    public static ContainerKillReason DefinitionChanged { get; } = new("Container {0} definition changed, will be restarted");

    /// <summary>The runtime cannot say whether it runs: it is made sure of before another instance begins.</summary>
    public static ContainerKillReason Unknown { get; } = new("Container is in \"unknown\" state, try killing it before restart");

    /// <inheritdoc cref="Unknown"/>
    public static ContainerKillReason UnknownInit { get; } = new("Init container is in \"unknown\" state, try killing it before restart");

    public static ContainerKillReason SandboxGone { get; } = new("Stopping container {0}");

    /// <summary>Whether a start follows the end at once.</summary>
    public bool Restarts(string restartPolicy) => Probe is null || restartPolicy != "Never";
}
