using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.SelectorSpread;

/// <summary>Prefers nodes, and twice as much zones, with few pods of the same Services and controller. Retired upstream: PodTopologySpread's defaults do it.</summary>
/// <remarks>
/// In no default profile. Pods with topology spread constraints of their own are left to these.
/// Source: pkg/scheduler/framework/plugins/selectorspread/selector_spread.go, last in 1.28.
/// </remarks>
internal sealed class SelectorSpread(IClusterObjects objects) : IPreScorePlugin, IScorePlugin
{
    private const double ZoneWeight = 2.0 / 3.0;

    public string Name => "SelectorSpread";

    public bool PreScore(CycleState state, PodInfo pod, Snapshot snapshot, IReadOnlyList<NodeInfo> feasible)
    {
        if (pod.Pod.Spec.TopologySpreadConstraints.Count > 0) return false;
        state.Keep(new Group(GroupSelector.Of(pod, objects)));
        return true;
    }

    public long Score(CycleState state, PodInfo pod, NodeInfo node)
    {
        var pods = state.Kept<Group>().Pods;
        return pods.IsEverything ? 0 : node.CountLive(pod.Key.Namespace, pods);
    }

    /// <summary>From 0 where the most pods are to 100 where none are; a third of it for the node and two thirds for its zone, if it is in one.</summary>
    public void Normalize(CycleState state, PodInfo pod, IReadOnlyList<NodeInfo> feasible, Span<long> scores)
    {
        var zones = new Dictionary<(string, string), long>();
        var most = 0L;
        for (var i = 0; i < scores.Length; i++)
        {
            most = long.Max(most, scores[i]);
            if (ZoneOf(feasible[i].Node) is { } zone) zones[zone] = zones.GetValueOrDefault(zone) + scores[i];
        }
        var mostInZone = zones.Values.Append(0).Max();
        for (var i = 0; i < scores.Length; i++)
        {
            var score = Share(scores[i], most);
            if (ZoneOf(feasible[i].Node) is { } zone) score = (score * (1.0 - ZoneWeight)) + (ZoneWeight * Share(zones[zone], mostInZone));
            scores[i] = (long)score;
        }
    }

    private static double Share(long count, long most) => most == 0 ? Scores.Max : Scores.Max * ((most - count) / (double)most);

    // As pkg/util/node.GetZoneKey: null where the node has neither label.
    private static (string Region, string Zone)? ZoneOf(Node node)
    {
        var zone = (Label(node, "topology.kubernetes.io/region"), Label(node, "topology.kubernetes.io/zone"));
        return zone == ("", "") ? null : zone;
    }

    private static string Label(Node node, string key) => node.Metadata.Labels.TryGetValue(key, out var value) ? value : "";

    private sealed class Group(LabelMatcher pods) : ICycleData
    {
        public LabelMatcher Pods { get; } = pods;

        // Never changed.
        public ICycleData Clone() => this;
    }
}
