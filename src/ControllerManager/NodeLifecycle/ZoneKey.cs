using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ControllerManager.NodeLifecycle;

/// <summary>Which nodes belong together: those of one zone of one region; "" where they say nothing [component-helpers node/topology].</summary>
internal readonly record struct ZoneKey(string Region, string Zone)
{
    private const string RegionLabel = "topology.kubernetes.io/region";
    private const string ZoneLabel = "topology.kubernetes.io/zone";

    public static ZoneKey Of(Node node) =>
        new(node.Metadata.Labels.GetValueOrDefault(RegionLabel) ?? "", node.Metadata.Labels.GetValueOrDefault(ZoneLabel) ?? "");
}
