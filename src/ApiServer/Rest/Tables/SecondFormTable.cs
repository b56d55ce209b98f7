using Google.Protobuf.Reflection;

using MiniK8s.ApiServer.Registry.Translation;
using MiniK8s.Protocol;

namespace MiniK8s.ApiServer.Rest.Tables;

/// <summary>Objects in a second form are printed as the stored ones are.</summary>
internal sealed class SecondFormTable(SecondForm form, IKindTable stored) : IKindTable
{
    public MessageDescriptor? Descriptor => form.Kind.Descriptor;

    public IReadOnlyList<TableColumn> Columns => stored.Columns;

    public TableRow Row(IApiObject obj, DateTimeOffset now) => stored.Row(form.Stored(obj), now);
}
