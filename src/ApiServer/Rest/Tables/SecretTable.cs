using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer.Rest.Tables;

internal sealed class SecretTable() : KindTable<Secret>(
    Secret.Descriptor,
    TableColumn.ObjectName,
    new("Type", "What the entries are for."),
    new("Data", "How many entries it has.", Type: "integer"),
    TableColumn.Age)
{
    protected override TableRow Row(Secret obj, DateTimeOffset now) => new([Name(obj), obj.Type, (long)obj.Data.Count, Age(obj, now)]);
}
