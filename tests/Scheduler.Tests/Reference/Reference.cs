using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Tests.Plugins;

namespace MiniK8s.Scheduler.Tests.Reference;

/// <summary>
/// What kube-scheduler's default plugins decide, written as slowly and obviously as it can be: from the objects alone, nothing kept, one
/// expression after the words of the documentation. What it has in common with the scheduler is the API's messages.
/// </summary>
internal static class Reference
{
    /// <summary>By plugin: whether its filter lets the pod onto the node.</summary>
    public static readonly IReadOnlyDictionary<string, Func<World, Pod, Node, bool>> Filters = new Dictionary<string, Func<World, Pod, Node, bool>>
    {
        ["NodeUnschedulable"] = (_, pod, node) =>
            !node.Spec.Unschedulable || pod.Spec.Tolerations.Any(t => Fits(t, new Taint { Key = "node.kubernetes.io/unschedulable", Effect = "NoSchedule" })),
        ["NodeName"] = (_, pod, node) => pod.Spec.NodeName is "" || pod.Spec.NodeName == node.Metadata.Name,
        ["TaintToleration"] = (_, pod, node) =>
            node.Spec.Taints.Where(taint => taint.Effect != "PreferNoSchedule").All(taint => pod.Spec.Tolerations.Any(t => Fits(t, taint))),
        ["NodeAffinity"] = (_, pod, node) =>
            pod.Spec.NodeSelector.All(wanted => Label(node, wanted.Key) == wanted.Value)
            && (pod.Spec.Affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution is not { } required || required.NodeSelectorTerms.Any(term => Matches(term, node))),
        ["NodePorts"] = (world, pod, node) => !Ports(pod).Any(mine => world.On(node).SelectMany(Ports).Any(theirs => Clash(mine, theirs))),
        ["NodeResourcesFit"] = (world, pod, node) =>
            world.On(node).Count() + 1 <= long.Parse(node.Status.Allocatable["pods"])
            && new[] { "cpu", "memory" }.All(resource =>
                Request(pod, resource) == 0 || world.On(node).Sum(other => Request(other, resource)) + Request(pod, resource) <= Allocatable(node, resource)),
        ["VolumeRestrictions"] = (world, pod, node) => !(
            from mine in pod.Spec.Volumes.Select(volume => volume.VolumeSource.GcePersistentDisk)
            from theirs in world.On(node).SelectMany(other => other.Spec.Volumes).Select(volume => volume.VolumeSource.GcePersistentDisk)
            where mine.PdName == theirs.PdName && !(mine.ReadOnly && theirs.ReadOnly)
            select mine).Any(),
        ["InterPodAffinity"] = (world, pod, node) => new InterPodAffinityDefinition(Placed(world)).Filter(pod, node).Length == 0,
        ["PodTopologySpread"] = (world, pod, node) => new PodTopologySpreadDefinition(Placed(world), [], needEveryKey: false).Filter(pod, node).Length == 0,
        // No Pod of these worlds has a claim.
        ["NodeVolumeLimits"] = (_, _, _) => true,
        ["VolumeBinding"] = (_, _, _) => true,
        ["VolumeZone"] = (_, _, _) => true,
    };

    /// <summary>By plugin: the normalised score of each feasible node.</summary>
    public static readonly IReadOnlyDictionary<string, Func<World, Pod, IReadOnlyList<Node>, long[]>> Scores = new Dictionary<string, Func<World, Pod, IReadOnlyList<Node>, long[]>>
    {
        ["TaintToleration"] = (_, pod, nodes) => ToMax(reverse: true, [.. nodes.Select(node => (long)node.Spec.Taints.Count(taint =>
            taint.Effect == "PreferNoSchedule" && !pod.Spec.Tolerations.Any(t => t.Effect is "" or "PreferNoSchedule" && Fits(t, taint))))]),
        ["NodeAffinity"] = (_, pod, nodes) => ToMax(reverse: false, [.. nodes.Select(node =>
            (pod.Spec.Affinity?.NodeAffinity?.PreferredDuringSchedulingIgnoredDuringExecution ?? []).Where(preferred => Matches(preferred.Preference, node)).Sum(preferred => (long)preferred.Weight))]),
        ["NodeResourcesFit"] = (world, pod, nodes) => [.. nodes.Select(node => new[] { "cpu", "memory" }.Sum(resource =>
        {
            var wanted = world.On(node).Append(pod).Sum(other => Supposed(other, resource));
            return wanted > Allocatable(node, resource) ? 0 : (Allocatable(node, resource) - wanted) * 100 / Allocatable(node, resource);
        }) / 2)],
        ["NodeResourcesBalancedAllocation"] = (world, pod, nodes) => [.. nodes.Select(node =>
        {
            var used = new[] { "cpu", "memory" }.Select(resource => Math.Min(1.0, (double)world.On(node).Append(pod).Sum(other => Request(other, resource)) / Allocatable(node, resource))).ToArray();
            return (long)((1 - Math.Abs((used[0] - used[1]) / 2)) * 100);
        })],
        ["ImageLocality"] = (world, pod, nodes) => [.. nodes.Select(node =>
        {
            var images = pod.Spec.InitContainers.Concat(pod.Spec.Containers).Select(container => container.Image.Contains(':') ? container.Image : container.Image + ":latest").ToList();
            var sum = images.Sum(image => Size(node, image) is { } size ? (long)(size * ((double)world.Nodes.Count(other => Size(other, image) is not null) / world.Nodes.Count)) : 0);
            var (least, most) = (23L << 20, images.Count * (1000L << 20));
            return 100 * (Math.Clamp(sum, least, most) - least) / (most - least);
        })],
        ["InterPodAffinity"] = (world, pod, nodes) =>
        {
            if (new InterPodAffinityDefinition(Placed(world)).Scores(pod) is not { } raw) return new long[nodes.Count];
            return InterPodAffinityDefinition.Normalize([.. world.Nodes.Zip(raw).Where(pair => nodes.Contains(pair.First)).Select(pair => pair.Second)]);
        },
        ["PodTopologySpread"] = (world, pod, nodes) =>
            new PodTopologySpreadDefinition(Placed(world), [], needEveryKey: false).Scores(pod, nodes)?.Normalized ?? new long[nodes.Count],
    };

    // The definitions look at Pods that have a node.
    private static World Placed(World world) => world with { Pods = [.. world.Pods.Where(pod => pod.Spec.NodeName.Length > 0)] };

    private static long? Size(Node node, string image) => node.Status.Images.FirstOrDefault(other => other.Names.Contains(image))?.SizeBytes;

    private static long[] ToMax(bool reverse, long[] raw)
    {
        var most = raw.Max();
        return [.. raw.Select(score => most == 0 ? reverse ? 100 : 0 : reverse ? 100 - (100 * score / most) : 100 * score / most)];
    }

    private static bool Fits(Toleration toleration, Taint taint) =>
        (toleration.Effect == "" || toleration.Effect == taint.Effect)
        && (toleration.Key == "" || toleration.Key == taint.Key)
        && (toleration.Operator == "Exists" || (toleration.Operator is "" or "Equal" && toleration.Value == taint.Value));

    private static string? Label(Node node, string key) => node.Metadata.Labels.GetValueOrDefault(key);

    private static bool Matches(NodeSelectorTerm term, Node node) =>
        (term.MatchExpressions.Count > 0 || term.MatchFields.Count > 0)
        && term.MatchExpressions.All(wanted => wanted.Operator switch
        {
            "In" => Label(node, wanted.Key) is { } value && wanted.Values.Contains(value),
            "NotIn" => Label(node, wanted.Key) is not { } value || !wanted.Values.Contains(value),
            "Exists" => Label(node, wanted.Key) is not null,
            "DoesNotExist" => Label(node, wanted.Key) is null,
            "Gt" => long.TryParse(Label(node, wanted.Key), out var value) && value > long.Parse(wanted.Values[0]),
            "Lt" => long.TryParse(Label(node, wanted.Key), out var value) && value < long.Parse(wanted.Values[0]),
            _ => throw new ArgumentException(wanted.Operator),
        })
        && term.MatchFields.All(wanted => wanted.Values.Contains(node.Metadata.Name));

    private static IEnumerable<(string Ip, string Protocol, int Port)> Ports(Pod pod) => pod.Spec.Containers.SelectMany(container => container.Ports)
        .Where(port => port.HostPort > 0)
        .Select(port => (port.HostIp == "" ? "0.0.0.0" : port.HostIp, port.Protocol == "" ? "TCP" : port.Protocol, port.HostPort));

    private static bool Clash((string Ip, string Protocol, int Port) a, (string Ip, string Protocol, int Port) b) =>
        a.Port == b.Port && a.Protocol == b.Protocol && (a.Ip == b.Ip || a.Ip == "0.0.0.0" || b.Ip == "0.0.0.0");

    private static long Allocatable(Node node, string resource) => Amount(node.Status.Allocatable[resource]) * (resource == "cpu" && !node.Status.Allocatable[resource].EndsWith('m') ? 1000 : 1);

    private static long Request(Pod pod, string resource) => Peak(pod, container => Of(container, resource) ?? 0);

    private static long Supposed(Pod pod, string resource) => Peak(pod, container => Of(container, resource) ?? (resource == "cpu" ? 100 : 200L << 20));

    // The most that is needed at one moment: of an init container beside the sidecars before it, or of all that stays.
    private static long Peak(Pod pod, Func<Container, long> of)
    {
        var (sidecars, most) = (0L, 0L);
        foreach (var init in pod.Spec.InitContainers)
        {
            most = Math.Max(most, sidecars + of(init));
            if (init.RestartPolicy == "Always") sidecars += of(init);
        }
        return Math.Max(most, sidecars + pod.Spec.Containers.Sum(of));
    }

    private static long? Of(Container container, string resource) =>
        container.Resources?.Requests.TryGetValue(resource, out var text) is true ? Amount(text) : null;

    private static long Amount(string text) =>
        text.EndsWith("Mi", StringComparison.Ordinal) ? long.Parse(text[..^2]) << 20
        : text.EndsWith("Gi", StringComparison.Ordinal) ? long.Parse(text[..^2]) << 30
        : text.EndsWith('m') ? long.Parse(text[..^1])
        : long.Parse(text);
}
