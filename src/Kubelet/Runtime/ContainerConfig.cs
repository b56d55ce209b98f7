namespace MiniK8s.Kubelet.Runtime;

/// <summary>What a container is made from. Command, args and env come expanded; empty ones fall back to the image's.</summary>
internal sealed record ContainerConfig
{
    public required string Name { get; init; }

    /// <summary>The restart count of this instance.</summary>
    public int Attempt { get; init; }

    /// <summary>The image reference as the pod names it; must be present.</summary>
    public required string Image { get; init; }

    /// <summary>Replaces ENTRYPOINT, and then the image's CMD does not count either.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>Replaces CMD.</summary>
    public IReadOnlyList<string> Args { get; init; } = [];

    /// <summary>In order; laid over the image's own.</summary>
    public IReadOnlyList<EnvVar> Env { get; init; } = [];

    /// <summary>Empty: the image's, else <c>/</c>. Created if absent.</summary>
    public string WorkingDir { get; init; } = "";

    public IReadOnlyList<Mount> Mounts { get; init; } = [];

    public SecurityContext Security { get; init; } = new();

    public LinuxResources Resources { get; init; } = new();

    /// <summary>
    /// The running container of the same pod whose processes it is to see, and they it; null: those of its sandbox, if that shares them, else
    /// its own alone (CRI's namespace modes TARGET, POD and CONTAINER).
    /// </summary>
    public string? TargetId { get; init; }

    public bool Stdin { get; init; }
    public bool StdinOnce { get; init; }
    public bool Tty { get; init; }

    /// <summary>Null: the image's STOPSIGNAL, else SIGTERM (15).</summary>
    public int? StopSignal { get; init; }

    /// <summary>Where the container may leave its last words; an empty file is there at the start. Empty: none.</summary>
    public string TerminationMessagePath { get; init; } = "/dev/termination-log";

    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();
}

internal sealed record EnvVar(string Name, string Value);

/// <summary>
/// Binds a path of the node's file tree (<see cref="INodeFiles"/>) into the container: a directory, or one file. The kubelet has already
/// resolved
/// subPath. A host path that does not exist becomes an empty directory.
/// </summary>
internal sealed record Mount(string HostPath, string ContainerPath, bool ReadOnly = false);

/// <summary>The parts of a security context that show inside. Null: the image's user.</summary>
internal sealed record SecurityContext
{
    public long? RunAsUser { get; init; }
    public long? RunAsGroup { get; init; }
    public IReadOnlyList<long> SupplementalGroups { get; init; } = [];
    public bool ReadOnlyRootFilesystem { get; init; }
    public bool Privileged { get; init; }

    /// <summary>Has the capability SYS_PTRACE, which is given only where it is asked for.</summary>
    public bool SysPtrace { get; init; }
}
