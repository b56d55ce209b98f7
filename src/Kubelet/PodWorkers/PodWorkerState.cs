namespace MiniK8s.Kubelet.PodWorkers;

/// <summary>How far a pod has come on its node. It only goes forward.</summary>
/// <remarks>
/// phase       | observation                                                | action                      | next phase
/// ------------+------------------------------------------------------------+-----------------------------+------------
/// Syncing     | asked to stop: deleted, removed, or terminal at the API    | Stop                        | Terminating
/// Syncing     | active longer than its deadline                            | Stop, as DeadlineExceeded   | Terminating
/// Syncing     | ran to its end: its phase has become terminal              | Stop (nothing runs any more)| Terminating
/// Syncing     | otherwise                                                  | Sync                        | Syncing
/// Terminating | everything has ended                                       | Release                     | Terminated
/// Terminated  | released, last status handed over                          | None                        | Finished
/// </remarks>
internal enum PodWorkerPhase
{
    Syncing,
    Terminating,
    Terminated,
    Finished,
}

/// <summary>What a worker sees before it decides.</summary>
internal readonly record struct PodWorkerObservation(bool StopRequested, bool DeadlineExceeded, bool RanToEnd);

/// <summary>The first rows of the table above.</summary>
internal static class PodWorkerDecision
{
    public static PodWorkerAction Decide(PodWorkerObservation seen) => seen switch
    {
        { StopRequested: true } => PodWorkerAction.Stop,
        { DeadlineExceeded: true } => PodWorkerAction.StopAsDeadlineExceeded,
        { RanToEnd: true } => PodWorkerAction.Stop,
        _ => PodWorkerAction.Sync,
    };
}

internal enum PodWorkerAction
{
    Sync,
    Stop,
    StopAsDeadlineExceeded,
}
