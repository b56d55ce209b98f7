using System.Text.Json;

using MiniK8s.Api.Codecs;
using MiniK8s.Api.Objects;
using MiniK8s.ApiServer.Rest.Tables;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ApiServer.Rest.Answers;

/// <summary>Writes objects as a Table of meta.k8s.io, which has no form but JSON.</summary>
internal sealed class TableWriter(ApiKind kind, IKindTable table, string metaVersion, string includeObject)
{
    private readonly string _apiVersion = $"meta.k8s.io/{metaVersion}";

    /// <summary>Writes the table; without columns their definitions are null.</summary>
    public void Write(
        Utf8JsonWriter writer, IReadOnlyList<IApiObject> items, ListMeta metadata, DateTimeOffset now, bool withColumns)
    {
        writer.WriteStartObject();
        writer.WriteString("kind", "Table");
        writer.WriteString("apiVersion", _apiVersion);
        writer.WritePropertyName("metadata");
        JsonCodec.Write(writer, metadata, typeMeta: null);
        writer.WritePropertyName("columnDefinitions");
        if (withColumns) WriteColumns(writer);
        else writer.WriteNullValue();
        writer.WriteStartArray("rows");
        foreach (var item in items) WriteRow(writer, item, table.Row(item, now));
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private void WriteColumns(Utf8JsonWriter writer)
    {
        writer.WriteStartArray();
        foreach (var column in table.Columns)
        {
            writer.WriteStartObject();
            writer.WriteString("name", column.Name);
            writer.WriteString("type", column.Type);
            writer.WriteString("format", column.Format);
            writer.WriteString("description", column.Description);
            writer.WriteNumber("priority", column.Priority);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    private void WriteRow(Utf8JsonWriter writer, IApiObject obj, TableRow row)
    {
        writer.WriteStartObject();
        writer.WriteStartArray("cells");
        foreach (var cell in row.Cells) WriteCell(writer, cell);
        writer.WriteEndArray();
        if (row.Completed is { } completed) WriteCondition(writer, completed);
        writer.WritePropertyName("object");
        WriteObject(writer, obj);
        writer.WriteEndObject();
    }

    private static void WriteCell(Utf8JsonWriter writer, object cell)
    {
        switch (cell)
        {
            case string text: writer.WriteStringValue(text); break;
            case long number: writer.WriteNumberValue(number); break;
            case bool flag: writer.WriteBooleanValue(flag); break;
            default: throw new NotSupportedException($"A cell may not be a {cell.GetType()}.");
        }
    }

    private static void WriteCondition(Utf8JsonWriter writer, RowCompletion completed)
    {
        writer.WriteStartArray("conditions");
        writer.WriteStartObject();
        writer.WriteString("type", "Completed");
        writer.WriteString("status", "True");
        writer.WriteString("reason", completed.Reason);
        writer.WriteString("message", completed.Message);
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    private void WriteObject(Utf8JsonWriter writer, IApiObject obj)
    {
        switch (includeObject)
        {
            case "None":
                writer.WriteNullValue();
                break;
            case "Object":
                JsonCodec.Write(writer, obj, kind.TypeMeta);
                break;
            default:
                JsonCodec.Write(writer, new PartialObjectMetadata { Metadata = obj.Metadata }, new(_apiVersion, "PartialObjectMetadata"));
                break;
        }
    }
}
