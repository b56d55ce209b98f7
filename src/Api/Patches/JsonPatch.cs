using System.Text.Json.Nodes;

namespace MiniK8s.Api.Patches;

/// <summary>RFC 6902: a list of operations, all of which must succeed.</summary>
public static class JsonPatch
{
    /// <summary>Operations in one patch at most.</summary>
    public const int MaxOperations = 10000;

    // Copies of copies grow by powers; this much text may be copied in all.
    private const int MaxCopiedCharacters = 3 * 1024 * 1024;

    // Operation upon operation could nest deeper than any stack; no document that is read is as deep.
    private const int MaxDepth = Codecs.JsonCodec.MaxDepth;

    // Moving one large value to and fro costs its size each time; so many nodes may be touched in all, well under a second's work.
    private const int MaxTouched = 2_000_000;

    /// <summary>The patched document; neither argument is changed.</summary>
    /// <exception cref="PatchException">Malformed, too many operations, or one that cannot be applied.</exception>
    public static JsonNode? Apply(JsonNode? document, JsonNode? patch)
    {
        if (patch is not JsonArray operations) throw new PatchException(PatchFault.Malformed, "json: cannot unmarshal object into Go value of type jsonpatch.Patch");
        if (operations.Count > MaxOperations)
            throw new PatchException(PatchFault.TooLarge, $"The allowed maximum operations in a JSON patch is {MaxOperations}, got {operations.Count}");

        var state = new State { Root = document?.DeepClone() };
        foreach (var operation in operations) Apply(state, operation as JsonObject ?? throw Malformed("operation is no object"));
        return state.Root;
    }

    private static void Apply(State state, JsonObject operation)
    {
        var path = JsonPointer.Parse(Text(operation, "path"));
        switch (Text(operation, "op"))
        {
            case "add": state.Add(path, Value(operation)); break;
            case "remove": state.Remove(path); break;
            case "replace": state.Replace(path, Value(operation)); break;
            case "move": Move(state, JsonPointer.Parse(Text(operation, "from")), path); break;
            case "copy": Copy(state, JsonPointer.Parse(Text(operation, "from")), path); break;
            case "test": Test(state, path, operation); break;
            case var unknown: throw new PatchException(PatchFault.Rejected, $"Unexpected kind: {unknown}");
        }
    }

    private static void Move(State state, string[] from, string[] to)
    {
        if (to.Length > from.Length && to.Take(from.Length).SequenceEqual(from)) throw Rejected("cannot move a value into itself");
        var value = state.Get(from);
        state.Remove(from);     // which also parts it from its parent: it need not be cloned to be put elsewhere
        state.Add(to, value);
    }

    private static void Copy(State state, string[] from, string[] to)
    {
        var value = state.Get(from);
        state.Copied += JsonTree.ToText(value).Length;
        if (state.Copied > MaxCopiedCharacters) throw Rejected("too much is copied");
        state.Add(to, value?.DeepClone());
    }

    // A member that is absent equals null, as in the library Kubernetes uses.
    private static void Test(State state, string[] path, JsonObject operation)
    {
        if (!JsonNode.DeepEquals(state.GetOrNull(path), operation["value"])) throw Rejected("testing path failed");
    }

    private static string Text(JsonObject operation, string member) =>
        operation[member] is JsonValue value && value.TryGetValue<string>(out var text) ? text : throw Rejected($"operation without {member}");

    private static JsonNode? Value(JsonObject operation) =>
        operation.TryGetPropertyValue("value", out var value) ? value?.DeepClone() : throw Rejected("operation without value");

    private static PatchException Rejected(string message) => new(PatchFault.Rejected, message);

    private static PatchException Malformed(string message) => new(PatchFault.Malformed, message);

    /// <summary>The document as it stands between two operations.</summary>
    private sealed class State
    {
        public JsonNode? Root { get; set; }

        public int Copied { get; set; }

        private int Touched { get; set; }

        public JsonNode? Get(ReadOnlySpan<string> path)
        {
            var node = Root;
            foreach (var step in path) node = Step(node, step);
            return node;
        }

        public JsonNode? GetOrNull(ReadOnlySpan<string> path)
        {
            if (path.IsEmpty) return Root;
            return Get(path[..^1]) is JsonObject parent ? parent[path[^1]] : Get(path);
        }

        public void Add(ReadOnlySpan<string> path, JsonNode? value)
        {
            CheckDepth(path.Length, value);
            if (path.IsEmpty) Root = value;
            else switch (Get(path[..^1]))
            {
                case JsonObject parent: parent[path[^1]] = value; break;
                case JsonArray parent when path[^1] == "-": parent.Add(value); break;
                case JsonArray parent: parent.Insert(JsonPointer.Index(path[^1], Shifted(parent.Count) + 1), value); break;
                default: throw Rejected("the parent is neither object nor list");
            }
        }

        public void Replace(ReadOnlySpan<string> path, JsonNode? value)
        {
            CheckDepth(path.Length, value);
            if (path.IsEmpty) Root = value;
            else switch (Get(path[..^1]))
            {
                case JsonObject parent when parent.ContainsKey(path[^1]): parent[path[^1]] = value; break;
                case JsonArray parent: parent[JsonPointer.Index(path[^1], parent.Count)] = value; break;
                default: throw Rejected("replace of a missing value");
            }
        }

        public void Remove(ReadOnlySpan<string> path)
        {
            if (path.IsEmpty) throw Rejected("the document itself cannot be removed");
            switch (Get(path[..^1]))
            {
                case JsonObject parent when parent.Remove(path[^1]): Shifted(parent.Count); break;
                case JsonArray parent: parent.RemoveAt(JsonPointer.Index(path[^1], Shifted(parent.Count))); break;
                default: throw Rejected("remove of a missing value");
            }
        }

        private void CheckDepth(int above, JsonNode? value)
        {
            if (above + DepthOf(value) > MaxDepth) throw Rejected("the result is nested too deeply");
        }

        private int DepthOf(JsonNode? node)
        {
            Touch(1);
            return node switch
            {
                JsonObject { Count: > 0 } parent => 1 + parent.Max(member => DepthOf(member.Value)),
                JsonArray { Count: > 0 } parent => 1 + parent.Max(DepthOf),
                JsonObject or JsonArray => 1,
                _ => 0,
            };
        }

        // What comes behind an inserted or removed member is shifted, many times faster than nodes are visited.
        private int Shifted(int count)
        {
            Touch(count / 16);
            return count;
        }

        private void Touch(int nodes)
        {
            if ((Touched += nodes) > MaxTouched) throw Rejected("the operations touch too much");
        }

        private static JsonNode? Step(JsonNode? node, string step) => node switch
        {
            JsonObject parent when parent.TryGetPropertyValue(step, out var child) => child,
            JsonArray parent => parent[JsonPointer.Index(step, parent.Count)],
            _ => throw Rejected($"no member \"{step}\""),
        };
    }
}
