using MiniK8s.Protocol.Nodes.V1;

namespace MiniK8s.ApiServer.Rest.Tables;

internal sealed class RuntimeClassTable() : KindTable<RuntimeClass>(
    RuntimeClass.Descriptor,
    TableColumn.ObjectName,
    new("Handler", "The runtime's configuration on the nodes."),
    TableColumn.Age)
{
    protected override TableRow Row(RuntimeClass obj, DateTimeOffset now) => new([Name(obj), obj.Handler, Age(obj, now)]);
}
