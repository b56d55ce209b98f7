using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Protocol.Metrics.V1Beta1;
using MiniK8s.Protocol.V1;

namespace MiniK8s.ApiServer.Registry.Metrics;

/// <summary>What pods use: <c>kubectl top pod</c>. A pod of which nothing runs is left out.</summary>
/// <param name="stored">The pods themselves.</param>
/// <param name="usages">Asks the kubelets of their nodes.</param>
internal sealed class PodUsages(IResourceRegistry stored, Func<IKubeletStats> usages) : UsageRegistry(MetricsKinds.PodMetrics)
{
    /// <inheritdoc/>
    public override async Task<IApiObject> GetAsync(RequestContext request, string ns, string name, GetOptions options, CancellationToken ct)
    {
        var pod = (Pod)await stored.GetAsync(request, ns, name, options, ct);
        var stats = pod.Spec.NodeName.Length > 0 ? await usages().ReadAsync(request, pod.Spec.NodeName, ct) : null;
        return (stats is null ? null : Measured(pod, stats)) ?? throw StatusErrors.NotFound(new(Kind.Group, "podmetrics"), $"{ns}/{name}");
    }

    /// <inheritdoc/>
    public override async Task<ObjectList> ListAsync(RequestContext request, string ns, ListOptions options, CancellationToken ct)
    {
        var pods = await stored.ListAsync(request, ns, options, ct);
        var bound = pods.Items.Cast<Pod>().Where(pod => pod.Spec.NodeName.Length > 0).ToList();
        var stats = await usages().ReadAsync(request, bound.Select(pod => pod.Spec.NodeName).Distinct(), ct);
        var items = bound.Select(pod => stats.TryGetValue(pod.Spec.NodeName, out var node) ? Measured(pod, node) : null).OfType<IApiObject>();
        return new([.. items], "", pods.Continue, pods.RemainingItemCount);
    }

    private static PodMetrics? Measured(Pod pod, StatsResponse stats)
    {
        if (stats.Pods.FirstOrDefault(told => told.PodName == pod.Metadata.Name && told.PodNamespace == pod.Metadata.Namespace) is not { } usage) return null;
        var measured = new PodMetrics { Metadata = Usage.MetadataOf(pod.Metadata, stats), Timestamp = stats.At, Window = Usage.Window };
        measured.Containers.Add(usage.Containers.Select(container => new ContainerMetrics { Name = container.Name, Usage = { Usage.Of(container.Usage) } }));
        return measured;
    }
}
