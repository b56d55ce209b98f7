using MiniK8s.Client.Events;
using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Node;

/// <summary>A node's own events.</summary>
internal interface INodeEvents
{
    /// <summary>The kubelet has registered its node; the usual series follows.</summary>
    void Starting(string node);

    /// <summary>The machine is about to go off.</summary>
    void ShuttingDown(string node);

    /// <summary>The Node is not Ready any more.</summary>
    void NotReady(string node);

    /// <summary>Anything else that happens to it.</summary>
    void Record(string node, string type, string reason, string message);
}

/// <summary>One node's events, with the references that Kubernetes gives them.</summary>
internal sealed class KubeletEvents(IEventRecorder recorder) : IPodEvents, INodeEvents
{
    public void Record(string node, string type, string reason, string message) => recorder.Record(ReferenceTo(node), type, reason, message);

    public void Record(Pod pod, string type, string reason, string message, IReadOnlyDictionary<string, string> annotations) =>
        recorder.Record(EventRecorderExtensions.ReferenceTo(pod), type, reason, message, annotations: annotations);

    public void Record(Pod pod, string type, string reason, string message, string? container = null) =>
        recorder.Record(EventRecorderExtensions.ReferenceTo(pod, container is null ? "" : pod.Spec.FieldPath(container)), type, reason, message);

    public void Starting(string node)
    {
        var reference = ReferenceTo(node);
        recorder.Record(reference, EventTypes.Normal, "Starting", "Starting kubelet.");
        foreach (var reason in (string[])["NodeHasSufficientMemory", "NodeHasNoDiskPressure", "NodeHasSufficientPID"])
        {
            recorder.Record(reference, EventTypes.Normal, reason, $"Node {node} status is now: {reason}");
        }
        recorder.Record(reference, EventTypes.Normal, "NodeAllocatableEnforced", "Updated Node Allocatable limit across pods");
        recorder.Record(reference, EventTypes.Normal, "NodeReady", $"Node {node} status is now: NodeReady");
    }

    public void ShuttingDown(string node) =>
        recorder.Record(ReferenceTo(node), EventTypes.Normal, "NodeShutdown", "Shutdown manager detected shutdown event");

    public void NotReady(string node) => recorder.Record(ReferenceTo(node), EventTypes.Normal, "NodeNotReady", $"Node {node} status is now: NodeNotReady");

    // A node's events name it by its name where others have their uid.
    private static ObjectReference ReferenceTo(string node) => new() { Kind = "Node", Name = node, Uid = node };
}
