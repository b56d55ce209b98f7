using System.Buffers;
using System.Text.Json;

namespace MiniK8s.Api.Codecs;

/// <summary>Writes YAML nodes as JSON: keys become strings, <c>&lt;&lt;</c> merges, of duplicate keys the last counts.</summary>
internal sealed class YamlToJson
{
    private readonly List<string> _duplicates = [];
    private int _nodes;

    /// <summary>Phrases about keys given twice; empty when there are none.</summary>
    public IReadOnlyList<string> Duplicates => _duplicates;

    /// <exception cref="CodecException">Values JSON cannot hold, or aliases that multiply beyond measure.</exception>
    public byte[] Convert(YamlNode? root)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = JsonCodec.NewWriter(buffer))
        {
            if (root is null) writer.WriteNullValue();
            else Write(writer, root, depth: 0);
        }
        return buffer.WrittenSpan.ToArray();
    }

    private void Write(Utf8JsonWriter writer, YamlNode node, int depth)
    {
        if (++_nodes > YamlNode.MaxCount) throw new CodecException("yaml: document contains excessive aliasing");
        if (depth > JsonCodec.MaxDepth) throw new CodecException("exceeded max depth");
        switch (node)
        {
            case YamlNode.Scalar scalar:
                YamlScalars.Write(writer, scalar);
                break;
            case YamlNode.Sequence sequence:
                writer.WriteStartArray();
                foreach (var item in sequence.Items) Write(writer, item, depth + 1);
                writer.WriteEndArray();
                break;
            case YamlNode.Mapping mapping:
                WriteMapping(writer, mapping, depth);
                break;
        }
    }

    private void WriteMapping(Utf8JsonWriter writer, YamlNode.Mapping mapping, int depth)
    {
        var values = new Dictionary<string, YamlNode>(StringComparer.Ordinal);
        foreach (var entry in mapping.Entries.Where(IsMerge)) Merge(values, entry.Value, depth);
        HashSet<string> own = [];
        foreach (var entry in mapping.Entries.Where(entry => !IsMerge(entry)))
        {
            var key = YamlScalars.Key(entry.Key);
            if (!own.Add(key)) _duplicates.Add($"  line {entry.Line}: key {Errors.GoText.Quote(key)} already set in map");
            values[key] = entry.Value;
        }

        writer.WriteStartObject();
        foreach (var (key, value) in values)
        {
            writer.WritePropertyName(key);
            Write(writer, value, depth + 1);
        }
        writer.WriteEndObject();
    }

    private static bool IsMerge(YamlNode.Entry entry) => entry.Key is YamlNode.Scalar { Text: "<<", IsPlain: true };

    // Keys of earlier mappings win over those of later ones, and the mapping's own over all.
    private void Merge(Dictionary<string, YamlNode> values, YamlNode source, int depth)
    {
        if (depth > JsonCodec.MaxDepth) throw new CodecException("exceeded max depth");
        switch (source)
        {
            case YamlNode.Mapping mapping:
                if ((_nodes += mapping.Entries.Count) > YamlNode.MaxCount) throw new CodecException("yaml: document contains excessive aliasing");
                foreach (var entry in mapping.Entries.Where(entry => !IsMerge(entry))) values.TryAdd(YamlScalars.Key(entry.Key), entry.Value);
                foreach (var entry in mapping.Entries.Where(IsMerge)) Merge(values, entry.Value, depth + 1);
                break;
            case YamlNode.Sequence sequence:
                foreach (var item in sequence.Items) Merge(values, item, depth + 1);
                break;
            default:
                throw new CodecException("yaml: map merge requires map or sequence of maps as the value");
        }
    }
}
