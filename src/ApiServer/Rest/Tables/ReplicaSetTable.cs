using MiniK8s.Protocol.Apps.V1;

namespace MiniK8s.ApiServer.Rest.Tables;

internal sealed class ReplicaSetTable() : KindTable<ReplicaSet>(
    ReplicaSet.Descriptor,
    TableColumn.ObjectName,
    new("Desired", "How many pods are wanted.", Type: "integer"),
    new("Current", "How many pods there are.", Type: "integer"),
    new("Ready", "How many pods are ready.", Type: "integer"),
    TableColumn.Age,
    TemplateCells.Containers, TemplateCells.Images, TemplateCells.SelectorColumn)
{
    protected override TableRow Row(ReplicaSet obj, DateTimeOffset now)
    {
        var (names, images) = TemplateCells.Of(obj.Spec.Template);
        return new([
            Name(obj), (long)obj.Spec.Replicas, (long)obj.Status.Replicas, (long)obj.Status.ReadyReplicas, Age(obj, now), names, images,
            TemplateCells.Selector(obj.Spec.Selector)]);
    }
}
