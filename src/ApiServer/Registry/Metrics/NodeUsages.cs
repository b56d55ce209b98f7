using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Protocol.Metrics.V1Beta1;
using MiniK8s.Protocol.V1;

namespace MiniK8s.ApiServer.Registry.Metrics;

/// <summary>What nodes use: <c>kubectl top node</c>.</summary>
/// <param name="stored">The nodes themselves.</param>
/// <param name="usages">Asks their kubelets.</param>
internal sealed class NodeUsages(IResourceRegistry stored, Func<IKubeletStats> usages) : UsageRegistry(MetricsKinds.NodeMetrics)
{
    /// <inheritdoc/>
    public override async Task<IApiObject> GetAsync(RequestContext request, string ns, string name, GetOptions options, CancellationToken ct)
    {
        var node = (Node)await stored.GetAsync(request, "", name, options, ct);
        return await usages().ReadAsync(request, name, ct) is { } stats ? Measured(node, stats) : throw StatusErrors.NotFound(new(Kind.Group, "nodemetrics"), name);
    }

    /// <inheritdoc/>
    public override async Task<ObjectList> ListAsync(RequestContext request, string ns, ListOptions options, CancellationToken ct)
    {
        var nodes = await stored.ListAsync(request, "", options, ct);
        var stats = await usages().ReadAsync(request, nodes.Items.Select(node => node.Metadata.Name), ct);
        var items = nodes.Items.Cast<Node>().Where(node => stats.ContainsKey(node.Metadata.Name)).Select(node => Measured(node, stats[node.Metadata.Name]));
        return new([.. items], "", nodes.Continue, nodes.RemainingItemCount);
    }

    private static NodeMetrics Measured(Node node, StatsResponse stats) => new()
    {
        Metadata = Usage.MetadataOf(node.Metadata, stats), Timestamp = stats.At, Window = Usage.Window, Usage = { Usage.Of(stats.Total) },
    };
}
