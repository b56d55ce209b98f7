using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer.Rest.Tables;

internal sealed class ResourceQuotaTable() : KindTable<ResourceQuota>(
    ResourceQuota.Descriptor,
    TableColumn.ObjectName,
    TableColumn.Age,
    new("Request", "What is used of each resource but limits, and how much it may be."),
    new("Limit", "What is used of each limit, and how much it may be."))
{
    protected override TableRow Row(ResourceQuota obj, DateTimeOffset now)
    {
        var limits = obj.Status.Hard.Keys.ToLookup(name => name.StartsWith("limits.", StringComparison.Ordinal));
        return new([Name(obj), Age(obj, now), Used(obj.Status, limits[false]), Used(obj.Status, limits[true])]);
    }

    private static string Used(ResourceQuotaStatus status, IEnumerable<string> names) =>
        string.Join(", ", names.Order(StringComparer.Ordinal).Select(name => $"{name}: {Amount(status, name)}/{status.Hard[name]}"));

    private static string Amount(ResourceQuotaStatus status, string name) => status.Used.TryGetValue(name, out var amount) ? amount : "0";
}
