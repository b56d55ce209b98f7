using Google.Protobuf.WellKnownTypes;

using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Cluster.Tests.Histories;

/// <summary>One state of a Pod as lines <c>key: text</c>, in the order in which a reader wants them.</summary>
/// <param name="Lines">By key.</param>
/// <param name="Moments">When what the line says became so, where the Pod tells.</param>
/// <remarks>
/// A container's line is its state, <c>#n</c> for its n-th instance, then <c>started</c> and <c>ready</c> if it is, the restarts if there were
/// any, and how the instance before ended. Left out are names, versions and times, which differ from run to run.
/// </remarks>
internal sealed record PodPicture(IReadOnlyList<(string Key, string Text)> Lines, IReadOnlyDictionary<string, Timestamp> Moments)
{
    /// <param name="instances">Container ids so far, by container; new ones are added.</param>
    public static PodPicture Of(Pod pod, Dictionary<string, List<string>> instances)
    {
        var moments = pod.Status.Conditions.Where(c => c.LastTransitionTime is not null).ToDictionary(c => c.Type, c => c.LastTransitionTime);
        if (pod.Status.StartTime is { } start) moments["startTime"] = start;
        return new PodPicture([.. OfPod(pod), .. pod.Status.Conditions.Select(OfCondition), .. OfContainers(pod.Status, instances)], moments);
    }

    private static IEnumerable<(string, string)> OfPod(Pod pod)
    {
        var status = pod.Status;
        yield return ("phase", status.Phase);
        (string Key, string Text)[] rest =
        [
            ("reason", status.Reason),
            ("message", status.Message),
            ("node", pod.Spec.NodeName),
            ("deleting", pod.Metadata.DeletionTimestamp is null ? "" : $"grace {pod.Metadata.DeletionGracePeriodSeconds}"),
            ("qosClass", status.QosClass),
            ("startTime", status.StartTime is null ? "" : "<time>"),
            ("hostIP", status.HostIp.Length == 0 ? "" : "<host-ip>"),
            ("podIP", status.PodIp),
        ];
        foreach (var line in rest.Where(line => line.Text.Length > 0)) yield return line;
    }

    private static (string, string) OfCondition(PodCondition condition) => (condition.Type, Words(condition.Status, condition.Reason, Quoted(condition.Message)));

    private static IEnumerable<(string, string)> OfContainers(PodStatus status, Dictionary<string, List<string>> instances)
    {
        foreach (var container in status.InitContainerStatuses.Concat(status.ContainerStatuses).Concat(status.EphemeralContainerStatuses))
        {
            var known = instances.TryGetValue(container.Name, out var list) ? list : instances[container.Name] = [];
            yield return (container.Name, OfContainer(container, known));
            yield return ($"{container.Name}.image", Words(container.Image, container.ImageId.Length > 0 ? "<digest>" : ""));
        }
    }

    private static string OfContainer(ContainerStatus container, List<string> known)
    {
        var last = OfState(container.LastState, "", known);
        string[] parts =
        [
            OfState(container.State, container.ContainerId, known),
            container.Started ? "started" : "",
            container.Ready ? "ready" : "",
            container.RestartCount > 0 ? $"restarts {container.RestartCount}" : "",
            last.Length > 0 ? $"before: {last}" : "",
        ];
        return string.Join(", ", parts.Where(part => part.Length > 0));
    }

    private static string OfState(ContainerState? state, string id, List<string> known) => state switch
    {
        { Waiting: { } waiting } => Words("waiting", waiting.Reason, Quoted(waiting.Message), Instance(id, known)),
        { Running: not null } => Words("running", Instance(id, known)),
        { Terminated: { } ended } => Words(
            "terminated", ended.Reason, $"{ended.ExitCode}", Quoted(ended.Message), Instance(ended.ContainerId, known), ended.StartedAt is { Seconds: > 0 } ? "" : "never begun"),
        _ => "",
    };

    private static string Instance(string id, List<string> known)
    {
        if (id.Length == 0) return "";
        if (!known.Contains(id)) known.Add(id);
        return $"#{known.IndexOf(id) + 1}";
    }

    // One line each, whatever they hold: a line's end is a sign that no message has.
    private static string Quoted(string text) => text.Length == 0 ? "" : $"\"{text.Replace('\n', '⏎')}\"";

    private static string Words(params string[] words) => string.Join(' ', words.Where(word => word.Length > 0));
}
