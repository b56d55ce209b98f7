using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer.Admission.NodeTaints;

/// <summary>A new Node takes no Pods until the node lifecycle controller has seen it ready.</summary>
internal sealed class TaintNodesByConditionPlugin : IAdmissionPlugin
{
    private const string NotReady = "node.kubernetes.io/not-ready";
    private const string NoSchedule = "NoSchedule";

    /// <inheritdoc/>
    public ValueTask MutateAsync(AdmissionRequest request, CancellationToken ct)
    {
        if (request is { Operation: AdmissionOperation.Create, Subresource: "", Object: Node node }
            && !node.Spec.Taints.Any(taint => taint is { Key: NotReady, Effect: NoSchedule }))
        {
            node.Spec.Taints.Add(new Taint { Key = NotReady, Effect = NoSchedule });
        }
        return ValueTask.CompletedTask;
    }
}
