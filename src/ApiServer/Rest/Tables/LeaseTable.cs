using MiniK8s.Protocol.Coordination.V1;

namespace MiniK8s.ApiServer.Rest.Tables;

internal sealed class LeaseTable() : KindTable<Lease>(
    Lease.Descriptor,
    TableColumn.ObjectName,
    new("Holder", "Who holds the lease; empty when nobody does."),
    TableColumn.Age)
{
    protected override TableRow Row(Lease obj, DateTimeOffset now) =>
        new([Name(obj), obj.Spec?.HolderIdentity ?? "", Age(obj, now)]);
}
