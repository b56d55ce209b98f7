namespace MiniK8s.Kubelet.Runtime;

internal enum ContainerState
{
    Created,
    Running,
    Exited,
    Unknown,
}

/// <summary>A container as it is now.</summary>
internal sealed record ContainerStatus
{
    public required string Id { get; init; }
    public required string SandboxId { get; init; }
    public required string PodUid { get; init; }
    public required ContainerConfig Config { get; init; }
    public required ContainerState State { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Null until started, and stays null when the start failed.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>0–255; 128+n when signal n ended it.</summary>
    public int ExitCode { get; init; }

    /// <summary>The signal that ended it, or 0. containerd does not report it: the API's status.signal stays 0.</summary>
    public int Signal { get; init; }

    /// <summary>Completed, Error, OOMKilled or StartError once exited; empty before.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The runtime's own words, for a failed start.</summary>
    public string Message { get; init; } = "";

    /// <summary>The last 4,096 bytes of the termination message file, read when the container ended.</summary>
    public string TerminationMessage { get; init; } = "";

    /// <summary>The normalised reference, for example <c>docker.io/library/nginx:1.17.1</c>.</summary>
    public required string Image { get; init; }

    /// <summary>What status.containerStatuses[].imageID shows: <c>docker.io/library/nginx@sha256:…</c>.</summary>
    public required string ImageId { get; init; }

    public string Name => Config.Name;
    public int Attempt => Config.Attempt;
}

/// <summary>
/// What a running container uses: thousandths of a core (as of now, or over the last seconds where it comes and goes), processor time since the
/// start, the working set in bytes, the files of its writable layer and its log, and how many processes it has.
/// </summary>
internal sealed record ContainerStats(string ContainerId, DateTimeOffset At, long CpuMillis, TimeSpan CpuTotal, long MemoryBytes, FileUsage Files, long Processes);
