namespace MiniK8s.Kubelet.Runtime;

internal enum RuntimeEventKind
{
    SandboxStarted,
    SandboxStopped,
    SandboxRemoved,
    ContainerCreated,
    ContainerStarted,
    ContainerDied,
    ContainerRemoved,

    /// <summary>The reader was too slow and has missed events: list everything again.</summary>
    Lost,
}

/// <summary>Something that happened to a sandbox or a container; the ids are empty where they do not apply.</summary>
internal sealed record RuntimeEvent(RuntimeEventKind Kind, DateTimeOffset At, string PodUid, string SandboxId, string ContainerId);
