using MiniK8s.Protocol.Storage.V1;

namespace MiniK8s.ApiServer.Rest.Tables;

internal sealed class CSINodeTable() : KindTable<CSINode>(
    CSINode.Descriptor,
    TableColumn.ObjectName,
    new("Drivers", "How many storage drivers the node has.", Type: "integer"),
    TableColumn.Age)
{
    protected override TableRow Row(CSINode obj, DateTimeOffset now) => new([Name(obj), obj.Spec.Drivers.Count, Age(obj, now)]);
}
