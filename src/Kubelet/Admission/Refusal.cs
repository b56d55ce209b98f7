namespace MiniK8s.Kubelet.Admission;

/// <summary>Why a node does not take a pod that is bound to it.</summary>
/// <param name="Reason">Of the event and of the pod's status.</param>
/// <param name="Message">The event's; in the status <c>Pod was rejected: </c> comes before it.</param>
internal sealed record Refusal(string Reason, string Message);
