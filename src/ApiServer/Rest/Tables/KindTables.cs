using Google.Protobuf.Reflection;

namespace MiniK8s.ApiServer.Rest.Tables;

/// <summary>Every kind's table. A kind that is not listed here is printed by name and creation time.</summary>
internal static class KindTables
{
    private static readonly DefaultTable Default = new();

    private static readonly Dictionary<MessageDescriptor, IKindTable> ByKind = new IKindTable[]
    {
        new PodTable(),
        new NodeTable(),
        new NamespaceTable(),
        new EventTable(),
        new ServiceTable(),
        new EndpointsTable(),
        new EndpointSliceTable(),
        new ConfigMapTable(),
        new SecretTable(),
        new ServiceAccountTable(),
        new LeaseTable(),
    }.ToDictionary(table => table.Descriptor!);

    /// <summary>The table of a kind's message.</summary>
    public static IKindTable Of(MessageDescriptor kind) => ByKind.GetValueOrDefault(kind, Default);
}
