using System.Collections.Frozen;

using Google.Protobuf.Reflection;

using MiniK8s.Protocol;

namespace MiniK8s.Api.Objects;

/// <summary>What the protos' comments say about the Kubernetes types: OpenAPI's descriptions and the text of <c>kubectl explain</c>.</summary>
/// <remarks>
/// Only comments directly above a message or field count, and only in protos/kubernetes. They come from the resource
/// <c>descriptors.pb</c> of the Protocol assembly, which is read once, at the first question.
/// </remarks>
public static class ApiDocumentation
{
    private const string Resource = "descriptors.pb";

    private static readonly Lazy<FrozenDictionary<string, string>> Comments = new(Load);

    /// <summary>The comment above a message, its lines joined by spaces; null if there is none.</summary>
    public static string? Of(MessageDescriptor message) => Comments.Value.GetValueOrDefault(message.FullName);

    /// <summary>The comment above a field, its lines joined by spaces; null if there is none.</summary>
    public static string? Of(FieldDescriptor field) => Comments.Value.GetValueOrDefault(field.FullName);

    private static FrozenDictionary<string, string> Load()
    {
        using var stream = typeof(IApiObject).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The Protocol assembly has no resource {Resource}.");
        return FileDescriptorSet.Parser.ParseFrom(stream).File
            .Where(file => file.Package.StartsWith("k8s.io.", StringComparison.Ordinal))
            .SelectMany(CommentsIn)
            .ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static IEnumerable<KeyValuePair<string, string>> CommentsIn(FileDescriptorProto file) =>
        from location in file.SourceCodeInfo.Location
        where location.HasLeadingComments
        let name = NameAt(file, location.Path)
        where name is not null
        select KeyValuePair.Create($"{file.Package}.{name}", Joined(location.LeadingComments));

    // A path alternates field numbers of the descriptor messages with indexes: [4, i] is message i, [4, i, 2, j] its field j.
    private static string? NameAt(FileDescriptorProto file, IReadOnlyList<int> path) => path switch
    {
        [FileDescriptorProto.MessageTypeFieldNumber, var i] => file.MessageType[i].Name,
        [FileDescriptorProto.MessageTypeFieldNumber, var i, DescriptorProto.FieldFieldNumber, var j] =>
            $"{file.MessageType[i].Name}.{file.MessageType[i].Field[j].Name}",
        _ => null,
    };

    private static string Joined(string comment) =>
        string.Join(' ', comment.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));
}
