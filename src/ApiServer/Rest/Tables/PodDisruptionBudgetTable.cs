using MiniK8s.Protocol.IntStr;
using MiniK8s.Protocol.Policy.V1;

namespace MiniK8s.ApiServer.Rest.Tables;

internal sealed class PodDisruptionBudgetTable() : KindTable<PodDisruptionBudget>(
    PodDisruptionBudget.Descriptor,
    TableColumn.ObjectName,
    new("Min Available", "How many pods must stay: a number or a percentage."),
    new("Max Unavailable", "How many pods may be missing: a number or a percentage."),
    new("Allowed Disruptions", "How many evictions are allowed now.", Type: "integer"),
    TableColumn.Age)
{
    protected override TableRow Row(PodDisruptionBudget obj, DateTimeOffset now) =>
        new([Name(obj), Text(obj.Spec.MinAvailable), Text(obj.Spec.MaxUnavailable), (long)obj.Status.DisruptionsAllowed, Age(obj, now)]);

    private static string Text(IntOrString? value) => value is null ? "N/A" : value.Type == 0 ? $"{value.IntVal}" : value.StrVal;
}
