using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Scheduler.Cache;

/// <summary>The order in which nodes are looked at: the first of each zone, the second of each, ... so that any run of them spans the zones.</summary>
/// <remarks>
/// A zone is the pair of region and zone labels; nodes without labels are one zone more. Zones and the nodes in each stand in the order in
/// which they came, so without zones that is the order. Source: pkg/scheduler/backend/cache/node_tree.go.
/// </remarks>
internal sealed class NodeOrder
{
    private const string Region = "topology.kubernetes.io/region";
    private const string Zone = "topology.kubernetes.io/zone";
    private readonly List<KeyValuePair<(string, string), List<string>>> _zones = [];

    public void Add(Node node) => InZone(ZoneOf(node)).Add(node.Metadata.Name);

    public void Remove(Node node)
    {
        var names = InZone(ZoneOf(node));
        names.Remove(node.Metadata.Name);
        if (names.Count == 0) _zones.RemoveAll(zone => zone.Value == names);
    }

    public static bool IsSameZone(Node a, Node b) => ZoneOf(a) == ZoneOf(b);

    /// <summary>The names, in order.</summary>
    public IEnumerable<string> Names()
    {
        var longest = _zones.Count == 0 ? 0 : _zones.Max(zone => zone.Value.Count);
        for (var turn = 0; turn < longest; turn++)
        {
            foreach (var (_, names) in _zones)
            {
                if (turn < names.Count) yield return names[turn];
            }
        }
    }

    private static (string, string) ZoneOf(Node node) => (Label(node, Region), Label(node, Zone));

    private static string Label(Node node, string key) => node.Metadata.Labels.TryGetValue(key, out var value) ? value : "";

    private List<string> InZone((string, string) zone)
    {
        foreach (var (key, names) in _zones)
        {
            if (key == zone) return names;
        }
        _zones.Add(new(zone, []));
        return _zones[^1].Value;
    }
}
