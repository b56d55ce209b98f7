using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace MiniK8s.Api.Codecs;

/// <summary>A parsed YAML value; an alias is the very node it names.</summary>
internal abstract record YamlNode
{
    /// <summary>Nodes a document may have, aliases counted as often as they are used: far more than any object, and read within a second.</summary>
    public const int MaxCount = 100_000;

    internal sealed record Scalar(string Text, string Tag, bool IsPlain) : YamlNode;

    internal sealed record Sequence(List<YamlNode> Items) : YamlNode;

    internal sealed record Mapping(List<Entry> Entries) : YamlNode;

    internal readonly record struct Entry(YamlNode Key, YamlNode Value, long Line);
}

/// <summary>Turns a YAML text into nodes. Only the first document counts.</summary>
internal sealed class YamlParser(string text)
{
    private readonly Parser _parser = new(new StringReader(text));
    private readonly Dictionary<AnchorName, YamlNode> _anchors = [];
    private int _nodes;

    /// <returns>Null for an empty text.</returns>
    /// <exception cref="CodecException">The text is no YAML.</exception>
    public YamlNode? Parse()
    {
        try
        {
            Next<StreamStart>();
            if (_parser.Current is StreamEnd) return null;
            Next<DocumentStart>();
            return Node(depth: 0);
        }
        catch (YamlException ex)
        {
            throw new CodecException($"yaml: line {ex.Start.Line}: {ex.Message}", ex);
        }
        catch (InvalidOperationException ex)
        {
            // So its scanner ends on some texts in which a plain scalar has no end.
            throw new CodecException($"yaml: line {_parser.Current?.End.Line ?? 1}: found a scalar that does not end", ex);
        }
    }

    private void Next<T>() where T : ParsingEvent
    {
        if (_parser.Current is null) _parser.MoveNext();
        if (_parser.Current is not T) throw new CodecException($"yaml: line {_parser.Current?.Start.Line}: unexpected {_parser.Current}");
        _parser.MoveNext();
    }

    private YamlNode Node(int depth)
    {
        if (depth > JsonCodec.MaxDepth) throw new CodecException("exceeded max depth");
        if (++_nodes > YamlNode.MaxCount) throw new CodecException($"yaml: document has more than {YamlNode.MaxCount} nodes");
        var current = _parser.Current!;
        _parser.MoveNext();
        return current switch
        {
            AnchorAlias alias => _anchors.TryGetValue(alias.Value, out var node)
                ? node
                : throw new CodecException($"yaml: unknown anchor '{alias.Value}' referenced"),
            Scalar scalar when HasLoneSurrogate(scalar.Value) => throw new CodecException($"yaml: line {scalar.Start.Line}: invalid Unicode character"),
            Scalar scalar => Keep(scalar, new YamlNode.Scalar(scalar.Value, TagOf(scalar), scalar.Style == ScalarStyle.Plain)),
            SequenceStart sequence => Keep(sequence, Sequence(depth)),
            MappingStart mapping => Keep(mapping, Mapping(depth)),
            _ => throw new CodecException($"yaml: line {current.Start.Line}: unexpected {current}"),
        };
    }

    private YamlNode.Sequence Sequence(int depth)
    {
        List<YamlNode> items = [];
        while (_parser.Current is not SequenceEnd) items.Add(Node(depth + 1));
        _parser.MoveNext();
        return new(items);
    }

    private YamlNode.Mapping Mapping(int depth)
    {
        List<YamlNode.Entry> entries = [];
        while (_parser.Current is not MappingEnd)
        {
            var line = _parser.Current!.Start.Line;
            var key = Node(depth + 1);
            entries.Add(new(key, Node(depth + 1), line));
        }
        _parser.MoveNext();
        return new(entries);
    }

    // Remembered when complete, so that no node can contain itself.
    private YamlNode Keep(NodeEvent start, YamlNode node)
    {
        if (!start.Anchor.IsEmpty) _anchors[start.Anchor] = node;
        return node;
    }

    // An escape can name half a character, which JSON cannot hold.
    private static bool HasLoneSurrogate(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1])) return true;
            i++;
        }
        return false;
    }

    private static string TagOf(Scalar scalar) => scalar.Tag.IsEmpty || scalar.Tag.IsNonSpecific ? "" : scalar.Tag.Value;
}
