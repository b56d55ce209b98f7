using System.Text;

using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.V1;

namespace MiniK8s.Lab.Commands.Why;

/// <summary>Why the scheduler remembers no attempt at a Pod that is there.</summary>
/// <remarks>
/// the Pod                                                | what is said, the first that is true
/// -------------------------------------------------------+-------------------------------------------------
/// has a node, and whoever created it wrote that          | the node was named, no scheduler was asked
/// has a node, and is another scheduler's                 | ask that one
/// has had a node since before the scheduler's memory     | it was bound before this scheduler was started
/// has a node otherwise                                   | its attempt is forgotten: newer ones have taken its place
/// is another scheduler's                                 | ask that one
/// is being deleted                                       | such Pods are not tried
/// waits in the queue                                     | where, and for what
/// none of these                                          | the scheduler has not heard of it yet
/// </remarks>
internal static class UntriedPod
{
    private const string NodeNameField = "\"f:nodeName\"";

    public static string Explain(Pod pod, Explanation explanation)
    {
        var text = $"Pod {pod.Metadata.Namespace}/{pod.Metadata.Name} {Reason(pod, explanation)}.\n";
        return explanation.Attempt is { } earlier
            ? $"{text}An earlier Pod of that name was last tried at {WhyText.Moment(earlier.Started)}.\n"
            : text;
    }

    private static string Reason(Pod pod, Explanation explanation)
    {
        var node = pod.Spec.NodeName;
        var ours = string.Join(", ", explanation.SchedulerNames);
        if (node.Length > 0 && IsNodeNamed(pod)) return $"was created with spec.nodeName {node}: no scheduler was asked";
        if (!explanation.SchedulerNames.Contains(pod.Spec.SchedulerName))
        {
            return $"has spec.schedulerName {pod.Spec.SchedulerName}, and this scheduler schedules those of {ours}: "
                + (node.Length > 0 ? $"another one bound it to {node}" : "it waits for a scheduler of that name") + "; --scheduler asks another one";
        }
        if (node.Length > 0)
        {
            return BoundAt(pod) <= explanation.Since.ToDateTime()
                ? $"has been on {node} since before this scheduler was started, at {WhyText.Moment(explanation.Since)}: it remembers nothing of the time before"
                : $"was bound to {node}, and the attempt is forgotten: newer ones have taken its place";
        }
        if (pod.Metadata.DeletionTimestamp is not null) return "is being deleted, and such Pods are not tried";
        return explanation.Queue is { } place ? $"has not been tried: {WhyText.NowOf(place)}" : "has not been tried, and the scheduler has not heard of it yet";
    }

    // In whole seconds, rounded down.
    private static DateTime? BoundAt(Pod pod) => pod.Status?.Conditions.FirstOrDefault(condition => condition is { Type: "PodScheduled", Status: "True" })?.LastTransitionTime?.ToDateTime();

    // A binding owns no fields; whoever creates a Pod owns those that it writes.
    private static bool IsNodeNamed(Pod pod) =>
        pod.Metadata.ManagedFields.Any(entry => entry.FieldsV1 is { } fields && Encoding.UTF8.GetString(fields.Raw.Span).Contains(NodeNameField, StringComparison.Ordinal));
}
