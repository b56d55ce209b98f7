namespace MiniK8s.Kubelet.Runtime;

/// <summary>
/// What the kubelet asks of a node's container runtime: CRI's RuntimeService and ImageService in C#, so that containerd can
/// stand behind it one day. One instance serves one node.
/// </summary>
/// <remarks>
/// Expected outcomes are values (<see cref="PullResult"/>, <see cref="ExecResult"/>); everything that CRI answers with a gRPC
/// error is a <see cref="RuntimeException"/>. Stop and Remove are idempotent: what is gone already is no error. All methods may be
/// called from any thread, and state read after a call returns includes that call's effect.
/// </remarks>
internal interface IContainerRuntime
{
    /// <summary>Name and version as node.status.nodeInfo shows them, for example <c>minik8s-sim</c> and <c>1.0.0</c>.</summary>
    RuntimeVersion Version { get; }

    /// <summary>
    /// Creates a running sandbox with its own network, and answers its id. The same name, namespace, uid and attempt twice is an error.
    /// </summary>
    Task<string> RunPodSandboxAsync(PodSandboxConfig config, CancellationToken ct);

    /// <summary>Kills what still runs in the sandbox and gives its IP back; the sandbox becomes NotReady.</summary>
    Task StopPodSandboxAsync(string sandboxId, CancellationToken ct);

    /// <summary>Stops the sandbox if need be, removes its containers and forgets it.</summary>
    Task RemovePodSandboxAsync(string sandboxId, CancellationToken ct);

    /// <summary>All sandboxes of the node, or those of one pod.</summary>
    Task<IReadOnlyList<PodSandboxStatus>> ListPodSandboxesAsync(string? podUid, CancellationToken ct);

    /// <summary>One sandbox; NotFound if there is none.</summary>
    Task<PodSandboxStatus> PodSandboxStatusAsync(string sandboxId, CancellationToken ct);

    /// <summary>
    /// Creates a container in a ready sandbox from an image that is present, and answers its id (64 hex digits, no scheme).
    /// </summary>
    Task<string> CreateContainerAsync(string sandboxId, ContainerConfig config, CancellationToken ct);

    /// <summary>
    /// Starts a created container. When its process cannot be started the container ends with 128, reason StartError, and the call throws
    /// with the runtime's text (<c>exec: "foo": executable file not found in $PATH</c>).
    /// </summary>
    Task StartContainerAsync(string containerId, CancellationToken ct);

    /// <summary>
    /// Sends the stop signal, waits for at most <paramref name="gracePeriod"/>, kills, and returns when the container has ended. The
    /// signal goes out once per
    /// container however often this is called; a later call with a shorter grace shortens the wait. Cancelling gives up the wait only.
    /// </summary>
    Task StopContainerAsync(string containerId, TimeSpan gracePeriod, CancellationToken ct);

    /// <summary>Delivers a signal from outside the container to its first process (9 always ends it).</summary>
    Task SignalContainerAsync(string containerId, int signal, CancellationToken ct);

    /// <summary>Kills the container if it runs, and forgets it together with its logs.</summary>
    Task RemoveContainerAsync(string containerId, CancellationToken ct);

    /// <summary>All containers of the node, or those of one pod; oldest first.</summary>
    Task<IReadOnlyList<ContainerStatus>> ListContainersAsync(string? podUid, CancellationToken ct);

    /// <summary>One container; NotFound if there is none.</summary>
    Task<ContainerStatus> ContainerStatusAsync(string containerId, CancellationToken ct);

    /// <summary>What a running container uses now; null when it does not run.</summary>
    Task<ContainerStats?> ContainerStatsAsync(string containerId, CancellationToken ct);

    /// <summary>
    /// Runs a command in a running container and collects its output (at most 16 MiB). At <paramref name="timeout"/> (zero: none) the
    /// command is killed and
    /// <see cref="ExecResult.TimedOut"/> is set. A command that does not exist is a <see cref="RuntimeException"/>, as in CRI.
    /// </summary>
    Task<ExecResult> ExecSyncAsync(string containerId, IReadOnlyList<string> command, TimeSpan timeout, CancellationToken ct);

    /// <summary>Runs a command with live streams and answers its exit code; cancelling kills the command.</summary>
    Task<int> ExecAsync(string containerId, ExecRequest request, ContainerStreams streams, CancellationToken ct);

    /// <summary>Joins the streams of the container's first process until it ends or the caller cancels.</summary>
    Task AttachAsync(string containerId, ContainerStreams streams, CancellationToken ct);

    /// <summary>The container's log, oldest first; with <see cref="LogOptions.Follow"/> it goes on until the container has ended.</summary>
    IAsyncEnumerable<LogLine> ReadLogsAsync(string containerId, LogOptions options, CancellationToken ct);

    /// <summary>Pulls an image; takes as long as the catalogue says, and no time if it is present and unchanged.</summary>
    /// <param name="image">As the container names it.</param>
    /// <param name="auth">A login; null is nobody's.</param>
    /// <param name="annotations">Those of the pod that it is for, as CRI's ImageSpec has them.</param>
    /// <param name="ct">Ends the pull.</param>
    Task<PullResult> PullImageAsync(string image, ImageAuth? auth, IReadOnlyDictionary<string, string> annotations, CancellationToken ct);

    /// <summary>A present image by any of its references or its id; null if absent.</summary>
    /// <exception cref="RuntimeException">InvalidArgument: this is no reference. The message says what is wrong with it.</exception>
    Task<ImageInfo?> ImageStatusAsync(string image, CancellationToken ct);

    Task<IReadOnlyList<ImageInfo>> ListImagesAsync(CancellationToken ct);

    Task RemoveImageAsync(string image, CancellationToken ct);

    /// <summary>
    /// What happens from the moment of the call on: the kubelet needs no polling. A reader more than 4,096 events behind gets one
    /// <see cref="RuntimeEventKind.Lost"/> in place of what it missed and must list again.
    /// </summary>
    IAsyncEnumerable<RuntimeEvent> WatchEventsAsync(CancellationToken ct);
}

/// <summary>Name and version of the runtime.</summary>
internal sealed record RuntimeVersion(string Name, string Version);
