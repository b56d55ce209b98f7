using System.Globalization;

using Google.Protobuf.Reflection;

using MiniK8s.Protocol;

namespace MiniK8s.ApiServer.Rest.Tables;

/// <summary>The table of kinds without one of their own.</summary>
internal sealed class DefaultTable : IKindTable
{
    public MessageDescriptor? Descriptor => null;

    public IReadOnlyList<TableColumn> Columns { get; } =
        [TableColumn.ObjectName, new("Created At", "When the object was created, in UTC.", Type: "date")];

    public TableRow Row(IApiObject obj, DateTimeOffset now) => new([obj.Metadata?.Name ?? "", CreatedAt(obj)]);

    private static string CreatedAt(IApiObject obj) =>
        obj.Metadata?.CreationTimestamp is { } time && !HumanDuration.IsZero(time)
            ? time.ToDateTimeOffset().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
            : HumanDuration.Unknown;
}
