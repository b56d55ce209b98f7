using Google.Protobuf.Reflection;

using MiniK8s.Protocol;

namespace MiniK8s.ApiServer.Rest.Tables;

/// <summary>How one kind is printed: its columns, and an object's cells under them.</summary>
internal interface IKindTable
{
    /// <summary>The kind's message; null for the table of kinds that have none of their own.</summary>
    MessageDescriptor? Descriptor { get; }

    /// <summary>All columns, those of the wide form included.</summary>
    IReadOnlyList<TableColumn> Columns { get; }

    /// <summary>The object's row; ages are counted up to <paramref name="now"/>.</summary>
    TableRow Row(IApiObject obj, DateTimeOffset now);
}

/// <summary>A table of one kind's own.</summary>
internal abstract class KindTable<T>(MessageDescriptor descriptor, params TableColumn[] columns) : IKindTable
    where T : IApiObject
{
    protected const string None = "<none>";

    public MessageDescriptor? Descriptor => descriptor;

    public IReadOnlyList<TableColumn> Columns => columns;

    public TableRow Row(IApiObject obj, DateTimeOffset now) => Row((T)obj, now);

    protected abstract TableRow Row(T obj, DateTimeOffset now);

    protected static string Age(IApiObject obj, DateTimeOffset now) => HumanDuration.Since(obj.Metadata?.CreationTimestamp, now);

    protected static string Name(IApiObject obj) => obj.Metadata?.Name ?? "";

    protected static string OrNone(string? text) => string.IsNullOrEmpty(text) ? None : text;
}
