using MiniK8s.Client.Events;
using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Node;

/// <summary>A node's own events.</summary>
internal interface INodeEvents
{
    /// <summary>The kubelet has registered its node; the usual series follows.</summary>
    void Starting(string node);
}

/// <summary>One node's events, with the references that Kubernetes gives them.</summary>
internal sealed class KubeletEvents(IEventRecorder recorder) : IPodEvents, INodeEvents
{
    public void Record(Pod pod, string type, string reason, string message, string? container = null) =>
        recorder.Record(EventRecorderExtensions.ReferenceTo(pod, container is null ? "" : pod.Spec.FieldPath(container)), type, reason, message);

    public void Starting(string node)
    {
        // A node's events name it by its name where others have their uid.
        var reference = new ObjectReference { Kind = "Node", Name = node, Uid = node };
        recorder.Record(reference, EventTypes.Normal, "Starting", "Starting kubelet.");
        foreach (var reason in (string[])["NodeHasSufficientMemory", "NodeHasNoDiskPressure", "NodeHasSufficientPID"])
        {
            recorder.Record(reference, EventTypes.Normal, reason, $"Node {node} status is now: {reason}");
        }
        recorder.Record(reference, EventTypes.Normal, "NodeAllocatableEnforced", "Updated Node Allocatable limit across pods");
        recorder.Record(reference, EventTypes.Normal, "NodeReady", $"Node {node} status is now: NodeReady");
    }
}
