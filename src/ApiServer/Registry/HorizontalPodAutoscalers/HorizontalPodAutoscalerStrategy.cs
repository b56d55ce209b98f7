using MiniK8s.Protocol.Autoscaling.V2;

namespace MiniK8s.ApiServer.Registry.HorizontalPodAutoscalers;

/// <summary>HorizontalPodAutoscalers: changes of their spec are not counted.</summary>
internal sealed class HorizontalPodAutoscalerStrategy : SpecStatusStrategy<HorizontalPodAutoscaler>
{
    /// <inheritdoc/>
    protected override bool HasGeneration => false;
}
