using Google.Protobuf.Reflection;

using MiniK8s.ApiServer.Registry.Translation;

namespace MiniK8s.ApiServer.Rest.Tables;

/// <summary>Every kind's table, found by its class; a second form has that of the stored kind. A kind that has none is printed by name and creation time.</summary>
internal static class KindTables
{
    private static readonly DefaultTable Default = new();

    private static readonly Dictionary<MessageDescriptor, IKindTable> OfStored = typeof(IKindTable).Assembly.GetTypes()
        .Where(type => !type.IsAbstract && typeof(IKindTable).IsAssignableFrom(type) && type != typeof(DefaultTable) && type != typeof(SecondFormTable))
        .Select(type => (IKindTable)Activator.CreateInstance(type)!)
        .ToDictionary(table => table.Descriptor!);

    private static readonly Dictionary<MessageDescriptor, IKindTable> ByKind = OfStored.Values
        .Concat(SecondForm.All.Select(form => new SecondFormTable(form, OfStored[form.StoredKind.Descriptor])))
        .ToDictionary(table => table.Descriptor!);

    /// <summary>The table of a kind's message.</summary>
    public static IKindTable Of(MessageDescriptor kind) => ByKind.GetValueOrDefault(kind, Default);
}
