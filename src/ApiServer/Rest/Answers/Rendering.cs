using System.Text.Json;

using Google.Protobuf;

using MiniK8s.Api.Codecs;
using MiniK8s.Api.Objects;
using MiniK8s.ApiServer.Registry;
using MiniK8s.ApiServer.Rest.Negotiation;
using MiniK8s.ApiServer.Rest.Tables;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ApiServer.Rest.Answers;

/// <summary>Objects of one kind as a client wants to see them: whole, as metadata or as rows.</summary>
/// <param name="IncludeObject">What a row carries of its object: None, Metadata (also "") or Object.</param>
internal sealed record Rendering(ApiKind Kind, ResponseForm Form, string IncludeObject = "")
{
    private TypeMeta MetadataType => new($"meta.k8s.io/{Form.MetaVersion}", "PartialObjectMetadata");

    private TypeMeta MetadataListType => MetadataType with { Kind = "PartialObjectMetadataList" };

    /// <summary>Writes one object as JSON.</summary>
    /// <param name="withColumns">False leaves a table's column definitions out: a watch sends them once.</param>
    public void Write(Utf8JsonWriter writer, IApiObject obj, DateTimeOffset now, bool withColumns = true)
    {
        if (Form.Projection == Projection.Table)
        {
            Table().Write(writer, [obj], new() { ResourceVersion = obj.Metadata.ResourceVersion }, now, withColumns);
            return;
        }
        var (message, type) = Project(obj);
        JsonCodec.Write(writer, message, type);
    }

    /// <summary>Writes a collection as JSON.</summary>
    public void Write(Utf8JsonWriter writer, ObjectList list, DateTimeOffset now)
    {
        if (Form.Projection == Projection.Table)
        {
            Table().Write(writer, list.Items, Metadata(list), now, withColumns: true);
            return;
        }
        foreach (var _ in WriteParts(writer, list))
        {
            // All of it, in one go.
        }
    }

    /// <summary>Whether a collection can be sent object by object: YAML is made from the whole, and tables are asked for in pages.</summary>
    public bool HasParts => Form is { Encoding: ApiEncoding.Json, Projection: not Projection.Table };

    /// <summary>Writes a collection that is no table as JSON, and stops after each object: there the writer may be flushed.</summary>
    public IEnumerable<IApiObject> WriteParts(Utf8JsonWriter writer, ObjectList list)
    {
        var isWhole = Form.Projection == Projection.Whole;
        var type = isWhole ? Kind.ListTypeMeta : MetadataListType;
        writer.WriteStartObject();
        writer.WriteString("kind", type.Kind);
        writer.WriteString("apiVersion", type.ApiVersion);
        writer.WritePropertyName("metadata");
        JsonCodec.Write(writer, Metadata(list), typeMeta: null);
        writer.WriteStartArray("items");
        foreach (var obj in list.Items)
        {
            JsonCodec.Write(writer, isWhole ? obj : MetadataOf(obj), typeMeta: null);
            yield return obj;
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    /// <summary>The object, or what is shown of it, with what it is called.</summary>
    public (IMessage Message, TypeMeta Type) Project(IApiObject obj) =>
        Form.Projection == Projection.Metadata ? (MetadataOf(obj), MetadataType) : (obj, TypeOf(obj));

    /// <summary>The collection, or what is shown of it, with what it is called.</summary>
    public (IMessage Message, TypeMeta Type) Project(ObjectList list)
    {
        if (Form.Projection != Projection.Metadata) return (Kind.NewList(Metadata(list), list.Items), Kind.ListTypeMeta);

        var metadata = new PartialObjectMetadataList { Metadata = Metadata(list) };
        metadata.Items.Add(list.Items.Select(MetadataOf));
        return (metadata, MetadataListType);
    }

    // A subresource may answer with another kind than its path's.
    private TypeMeta TypeOf(IApiObject obj) => ApiTypes.TryGetTypeMeta(obj.Descriptor, out var type) ? type : Kind.TypeMeta;

    private TableWriter Table() => new(Kind, KindTables.Of(Kind.Descriptor), Form.MetaVersion, IncludeObject);

    private static PartialObjectMetadata MetadataOf(IApiObject obj) => new() { Metadata = obj.Metadata };

    private static ListMeta Metadata(ObjectList list)
    {
        var metadata = new ListMeta { ResourceVersion = list.ResourceVersion, Continue = list.Continue };
        if (list.RemainingItemCount is { } remaining) metadata.RemainingItemCount = remaining;
        return metadata;
    }
}
