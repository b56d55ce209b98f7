using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer.Rest.Tables;

internal sealed class NamespaceTable() : KindTable<Namespace>(
    Namespace.Descriptor,
    TableColumn.ObjectName,
    new("Status", "Active, or Terminating while its content is being removed."),
    TableColumn.Age)
{
    protected override TableRow Row(Namespace obj, DateTimeOffset now) => new([Name(obj), obj.Status?.Phase ?? "", Age(obj, now)]);
}
