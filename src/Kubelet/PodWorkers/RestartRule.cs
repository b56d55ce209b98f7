namespace MiniK8s.Kubelet.PodWorkers;

/// <summary>Who is started again after it ended [pkg/kubelet/container/helpers.go].</summary>
/// <remarks>
/// newest instance         | Always | OnFailure | Never
/// ------------------------+--------+-----------+------
/// none, or never started  | yes    | yes       | yes
/// running                 | no     | no        | no
/// ended, exit code 0      | yes    | no        | no
/// ended, other exit code  | yes    | yes       | no
/// </remarks>
internal static class RestartRule
{
    /// <summary>By the pod's policy alone, which is the whole rule for main containers; a pod that is being deleted starts nothing.</summary>
    public static bool ShouldStart(string restartPolicy, Runtime.ContainerStatus? newest) => newest?.State switch
    {
        null or Runtime.ContainerState.Created or Runtime.ContainerState.Unknown => true,
        Runtime.ContainerState.Running => false,
        _ => restartPolicy switch
        {
            "Never" => false,
            "OnFailure" => newest.ExitCode != 0,
            _ => true,
        },
    };

    /// <summary>An init container fails with any exit code but 0, also when it was killed for its memory, and when the runtime has lost it.</summary>
    public static bool InitFailed(Runtime.ContainerStatus ended) => ended.State == Runtime.ContainerState.Unknown || ended.ExitCode != 0 || ended.Reason == "OOMKilled";
}
