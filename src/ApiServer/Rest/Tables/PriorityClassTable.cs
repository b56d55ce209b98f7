using MiniK8s.Protocol.Scheduling.V1;

namespace MiniK8s.ApiServer.Rest.Tables;

internal sealed class PriorityClassTable() : KindTable<PriorityClass>(
    PriorityClass.Descriptor,
    TableColumn.ObjectName,
    new("Value", "The priority of pods of this class.", Type: "integer"),
    new("Global-Default", "Whether pods that name no class get this one.", Type: "boolean"),
    TableColumn.Age,
    new("PreemptionPolicy", "Whether pods of this class may drive out others."))
{
    protected override TableRow Row(PriorityClass obj, DateTimeOffset now) =>
        new([Name(obj), (long)obj.Value, obj.GlobalDefault, Age(obj, now), obj.PreemptionPolicy]);
}
