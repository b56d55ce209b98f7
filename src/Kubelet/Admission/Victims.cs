using MiniK8s.Api.Placement;
using MiniK8s.Api.Validation;
using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Admission;

/// <summary>Whom a critical pod that lacks only resources drives out [pkg/kubelet/preemption/preemption.go].</summary>
/// <remarks>
/// From each class only what the classes below could not give, if all of theirs went:
/// <code>
/// chosen from  | to cover what is missing after
/// -------------+--------------------------------------------------
/// Guaranteed   | all of BestEffort and of Burstable
/// Burstable    | all of BestEffort, and the Guaranteed just chosen
/// BestEffort   | the Burstable and the Guaranteed just chosen
/// </code>
/// Within a class the pod that comes nearest to what is missing goes first: the sum of the squares of what each resource would still lack,
/// as a part of what it lacks now. Of two as near it is the one that asks for less memory, then for less cpu.
/// </remarks>
internal static class Victims
{
    /// <summary>Whom; or, where even all of them together would not do, what would still be missing then, by resource.</summary>
    /// <param name="preemptor">The critical pod.</param>
    /// <param name="others">The pods of the node.</param>
    /// <param name="shortages">What it lacks.</param>
    public static (IReadOnlyList<Pod> Pods, IReadOnlyDictionary<string, long> Unmet) Choose(Pod preemptor, IReadOnlyList<Pod> others, IEnumerable<Shortage> shortages)
    {
        var missing = shortages.ToDictionary(shortage => shortage.Resource, shortage => shortage.Missing);
        var candidates = others.Where(other => !other.IsCritical() || other.Spec.Priority < preemptor.Spec.Priority).ToList();
        var unmet = Without(missing, candidates);
        if (unmet.Count > 0) return ([], unmet);

        var classes = candidates.ToLookup(pod => PodQos.Of(pod.Spec));
        var bestEffort = classes[PodQos.BestEffort].ToList();
        var guaranteed = Nearest(classes[PodQos.Guaranteed], Without(missing, [.. bestEffort, .. classes[PodQos.Burstable]]));
        var burstable = Nearest(classes[PodQos.Burstable], Without(missing, [.. bestEffort, .. guaranteed]));
        return ([.. Nearest(bestEffort, Without(missing, [.. burstable, .. guaranteed])), .. burstable, .. guaranteed], unmet);
    }

    // There are enough of them: Choose has seen to that.
    private static List<Pod> Nearest(IEnumerable<Pod> pods, Dictionary<string, long> missing)
    {
        var (left, chosen) = (pods.ToList(), new List<Pod>());
        while (missing.Count > 0)
        {
            var nearest = left.MinBy(pod => (Distance(pod, missing), Asked(pod, ResourceLists.Memory), Asked(pod, ResourceLists.Cpu)))!;
            left.Remove(nearest);
            chosen.Add(nearest);
            missing = Without(missing, [nearest]);
        }
        return chosen;
    }

    private static double Distance(Pod pod, Dictionary<string, long> missing) =>
        missing.Sum(resource => Math.Pow(Math.Max(0, resource.Value - Asked(pod, resource.Key)) / (double)resource.Value, 2));

    private static Dictionary<string, long> Without(Dictionary<string, long> missing, IReadOnlyList<Pod> gone) => missing
        .Select(resource => (resource.Key, Left: resource.Value - gone.Sum(pod => Asked(pod, resource.Key))))
        .Where(resource => resource.Left > 0)
        .ToDictionary(resource => resource.Key, resource => resource.Left);

    private static long Asked(Pod pod, string resource) => resource switch
    {
        ResourceLists.Pods => 1,
        ResourceLists.Cpu => PodRequests.Of(pod.Spec).MilliCpu,
        ResourceLists.Memory => PodRequests.Of(pod.Spec).Memory,
        ResourceLists.EphemeralStorage => PodRequests.Of(pod.Spec).EphemeralStorage,
        _ => PodRequests.Of(pod.Spec).Others.GetValueOrDefault(resource),
    };
}
