using Google.Protobuf.Reflection;

namespace MiniK8s.ApiServer.Rest.Tables;

/// <summary>Every kind's table, found by its class. A kind that has none is printed by name and creation time.</summary>
internal static class KindTables
{
    private static readonly DefaultTable Default = new();

    private static readonly Dictionary<MessageDescriptor, IKindTable> ByKind = typeof(IKindTable).Assembly.GetTypes()
        .Where(type => !type.IsAbstract && typeof(IKindTable).IsAssignableFrom(type) && type != typeof(DefaultTable))
        .Select(type => (IKindTable)Activator.CreateInstance(type)!)
        .ToDictionary(table => table.Descriptor!);

    /// <summary>The table of a kind's message.</summary>
    public static IKindTable Of(MessageDescriptor kind) => ByKind.GetValueOrDefault(kind, Default);
}
