using System.Text.Json;

using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Scheduler.Cycles;

/// <summary>What the scheduler writes into a pod's status, as a strategic merge patch.</summary>
internal static class PodStatusPatch
{
    /// <summary>A condition of the pod, and the node that is being cleared for it, in one patch; null where its status says all of that.</summary>
    /// <param name="pod">As it was last heard of. Its uid keeps the patch off a successor of the same name.</param>
    /// <param name="condition">Type, status, reason and message; the time of transition changes with the status only.</param>
    /// <param name="nominatedNode">"" takes it from the status, null leaves it as it is.</param>
    /// <param name="time">Tells the time of transition.</param>
    /// <param name="ifUnchanged">Whether the server is to refuse it where the pod has changed since.</param>
    public static string? Of(Pod pod, PodCondition condition, string? nominatedNode, TimeProvider time, bool ifUnchanged = false)
    {
        var current = pod.Status?.Conditions.FirstOrDefault(each => each.Type == condition.Type);
        var status = new Dictionary<string, object?>();
        if (current?.Status != condition.Status || current.Reason != condition.Reason || current.Message != condition.Message)
            status["conditions"] = new[] { Entry(condition, isTransition: current?.Status != condition.Status, time) };
        if (nominatedNode is not null && nominatedNode != (pod.Status?.NominatedNodeName ?? ""))
            status["nominatedNodeName"] = nominatedNode.Length == 0 ? null : nominatedNode;
        return status.Count == 0 ? null : Patch(pod, status, ifUnchanged);
    }

    /// <summary>Takes the nomination from the pod's status.</summary>
    public static string WithoutNomination(Pod pod) => Patch(pod, new() { ["nominatedNodeName"] = null });

    private static string Patch(Pod pod, Dictionary<string, object?> status, bool ifUnchanged = false)
    {
        var metadata = new Dictionary<string, string> { ["uid"] = pod.Metadata.Uid };
        if (ifUnchanged) metadata["resourceVersion"] = pod.Metadata.ResourceVersion;
        return JsonSerializer.Serialize(new { metadata, status });
    }

    private static Dictionary<string, string?> Entry(PodCondition condition, bool isTransition, TimeProvider time)
    {
        var entry = new Dictionary<string, string?>
        {
            ["type"] = condition.Type,
            ["status"] = condition.Status,
            ["reason"] = condition.Reason,
            ["message"] = condition.Message,
            ["lastProbeTime"] = null,
        };
        if (isTransition) entry["lastTransitionTime"] = time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");
        return entry;
    }
}
