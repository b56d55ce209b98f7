using MiniK8s.Protocol.Apps.V1;

namespace MiniK8s.ApiServer.Rest.Tables;

internal sealed class StatefulSetTable() : KindTable<StatefulSet>(
    StatefulSet.Descriptor,
    TableColumn.ObjectName,
    new("Ready", "How many pods are ready, of how many wanted."),
    TableColumn.Age,
    TemplateCells.Containers, TemplateCells.Images)
{
    protected override TableRow Row(StatefulSet obj, DateTimeOffset now)
    {
        var (names, images) = TemplateCells.Of(obj.Spec.Template);
        return new([Name(obj), $"{obj.Status.ReadyReplicas}/{obj.Spec.Replicas}", Age(obj, now), names, images]);
    }
}
