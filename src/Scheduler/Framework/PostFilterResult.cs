namespace MiniK8s.Scheduler.Framework;

/// <summary>What can be done for a pod that fits nowhere.</summary>
/// <param name="Message">Why nothing can be done, to stand behind the rejection; "" when something can.</param>
/// <param name="NominatedNode">The node that is being cleared for it; "" takes an earlier nomination back, null leaves it.</param>
/// <param name="Victims">The pods that have to go, most important first.</param>
/// <param name="Displaced">The less important pods that were to have the node, and are not any more.</param>
internal sealed record PostFilterResult(
    string Message, string? NominatedNode, IReadOnlyList<PodInfo> Victims, IReadOnlyList<PodInfo> Displaced)
{
    /// <summary>Nothing can be done, and an earlier nomination stays or goes.</summary>
    public static PostFilterResult Nothing(string message, bool clearsNomination = false) => new(message, clearsNomination ? "" : null, [], []);
}
