using Google.Protobuf.Collections;

using MiniK8s.Protocol.Apps.V1;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Scheduler.Framework;

/// <summary>The pods that belong together with a pod: those that its Services and its controller have in common.</summary>
/// <remarks>Source: pkg/scheduler/framework/plugins/helper/spread.go. There are no ReplicationControllers here.</remarks>
internal static class GroupSelector
{
    /// <summary>All labels of the selectors of the Services that select the pod, and the selector of its ReplicaSet or StatefulSet. Everything where there are none.</summary>
    public static LabelMatcher Of(PodInfo pod, IClusterObjects objects)
    {
        var ns = pod.Key.Namespace;
        var labels = new Dictionary<string, string>();
        foreach (var service in objects.List<Service>(ns))
        {
            if (service.Spec?.Selector is not { } selector || !Selects(selector, pod.Pod)) continue;
            foreach (var (key, value) in selector) labels[key] = value;
        }
        var shared = LabelMatcher.OfLabels(labels);
        var owner = pod.Pod.Metadata.OwnerReferences.FirstOrDefault(owner => owner.Controller);
        return (owner?.ApiVersion, owner?.Kind) switch
        {
            ("apps/v1", "ReplicaSet") when objects.Find<ReplicaSet>(ns, owner.Name) is { } set => shared.And(Of(set.Spec?.Selector)),
            ("apps/v1", "StatefulSet") when objects.Find<StatefulSet>(ns, owner.Name) is { } set => shared.And(Of(set.Spec?.Selector)),
            _ => shared,
        };
    }

    private static bool Selects(MapField<string, string> selector, Pod pod)
    {
        foreach (var (key, wanted) in selector)
        {
            if (!pod.Metadata.Labels.TryGetValue(key, out var value) || value != wanted) return false;
        }
        return true;
    }

    // A selector that matches nothing has no requirements to add.
    private static LabelMatcher Of(LabelSelector? selector) =>
        LabelMatcher.Of(selector) is { IsNothing: false } matcher ? matcher : LabelMatcher.Everything;
}
