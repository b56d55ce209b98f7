using MiniK8s.Protocol.Autoscaling.V1;

namespace MiniK8s.ApiServer.Rest.Tables;

internal sealed class ScaleTable() : KindTable<Scale>(
    Scale.Descriptor,
    TableColumn.ObjectName,
    new("Desired", "How many replicas are wanted.", Type: "integer"),
    new("Available", "How many replicas there are.", Type: "integer"),
    TableColumn.Age)
{
    protected override TableRow Row(Scale obj, DateTimeOffset now) =>
        new([Name(obj), (long)obj.Spec.Replicas, (long)obj.Status.Replicas, Age(obj, now)]);
}
