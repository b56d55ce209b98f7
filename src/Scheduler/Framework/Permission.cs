namespace MiniK8s.Scheduler.Framework;

/// <summary>What a permit plugin says of the choice: yes, no, or not yet.</summary>
/// <param name="Status">Success, or the rejection.</param>
/// <param name="Timeout">How long the pod waits at most for the plugin's leave; null where it is not to wait.</param>
internal readonly record struct Permission(Status Status, TimeSpan? Timeout)
{
    public static readonly Permission Granted = new(Status.Success, null);

    /// <summary>The pod goes back to wait.</summary>
    public static Permission Refused(Status rejection) => new(rejection, null);

    /// <summary>
    /// The pod keeps the node and is bound when the plugin allows it (<see cref="WaitingPods"/>); after the timeout, or 15 minutes, it is rejected.
    /// </summary>
    public static Permission Later(TimeSpan timeout) => new(Status.Success, timeout);
}
