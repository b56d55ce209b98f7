using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer.Rest.Tables;

internal sealed class NodeTable() : KindTable<Node>(
    Node.Descriptor,
    TableColumn.ObjectName,
    new("Status", "Ready, NotReady or Unknown, and whether pods may be scheduled onto it."),
    new("Roles", "What the node is for, by its labels."),
    TableColumn.Age,
    new("Version", "The version its kubelet reports."),
    new("Internal-IP", "The address it has within the cluster.", Priority: 1),
    new("External-IP", "The address it has outside the cluster.", Priority: 1),
    new("OS-Image", "The operating system it reports.", Priority: 1),
    new("Kernel-Version", "The kernel it reports.", Priority: 1),
    new("Container-Runtime", "The container runtime it reports.", Priority: 1))
{
    private const string RolePrefix = "node-role.kubernetes.io/";
    private const string RoleLabel = "kubernetes.io/role";

    protected override TableRow Row(Node obj, DateTimeOffset now)
    {
        var info = obj.Status?.NodeInfo;
        return new([
            Name(obj), Status(obj), Roles(obj), Age(obj, now), info?.KubeletVersion ?? "",
            Address(obj, "InternalIP"), Address(obj, "ExternalIP"),
            OrUnknown(info?.OsImage), OrUnknown(info?.KernelVersion), OrUnknown(info?.ContainerRuntimeVersion)]);
    }

    private static string Status(Node node)
    {
        var ready = node.Status?.Conditions.LastOrDefault(condition => condition.Type == "Ready") switch
        {
            null => "Unknown",
            { Status: "True" } => "Ready",
            _ => "NotReady",
        };
        return node.Spec?.Unschedulable == true ? $"{ready},SchedulingDisabled" : ready;
    }

    private static string Roles(Node node)
    {
        var labels = node.Metadata?.Labels.AsEnumerable() ?? [];
        var roles = labels.Select(RoleOf).Where(role => role.Length > 0).Distinct().Order(StringComparer.Ordinal);
        return OrNone(string.Join(',', roles));
    }

    private static string RoleOf(KeyValuePair<string, string> label) =>
        label.Key.StartsWith(RolePrefix, StringComparison.Ordinal) ? label.Key[RolePrefix.Length..]
        : label.Key == RoleLabel ? label.Value
        : "";

    private static string Address(Node node, string type) =>
        OrNone(node.Status?.Addresses.FirstOrDefault(address => address.Type == type)?.Address);

    private static string OrUnknown(string? text) => string.IsNullOrEmpty(text) ? HumanDuration.Unknown : text;
}
