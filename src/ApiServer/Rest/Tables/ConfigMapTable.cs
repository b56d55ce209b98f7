using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer.Rest.Tables;

internal sealed class ConfigMapTable() : KindTable<ConfigMap>(
    ConfigMap.Descriptor,
    TableColumn.ObjectName,
    new("Data", "How many entries it has, text and binary.", Type: "integer"),
    TableColumn.Age)
{
    protected override TableRow Row(ConfigMap obj, DateTimeOffset now) =>
        new([Name(obj), (long)obj.Data.Count + obj.BinaryData.Count, Age(obj, now)]);
}
