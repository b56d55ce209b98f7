using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer.Rest.Tables;

internal sealed class ServiceAccountTable() : KindTable<ServiceAccount>(
    ServiceAccount.Descriptor,
    TableColumn.ObjectName,
    new("Secrets", "How many secrets its pods may use.", Type: "integer"),
    TableColumn.Age)
{
    protected override TableRow Row(ServiceAccount obj, DateTimeOffset now) =>
        new([Name(obj), (long)obj.Secrets.Count, Age(obj, now)]);
}
