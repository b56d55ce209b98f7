using System.Security.Cryptography;

using Google.Protobuf;
using Google.Protobuf.Reflection;

using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Robustness.Tests.History;

/// <summary>Stands in for large values in requests and answers, so that a history stays readable; equal values have equal fingerprints.</summary>
/// <remarks>The log's own lines keep whole values: hashes are recounted from them.</remarks>
internal static class Fingerprint
{
    private const int LargestKept = 64;

    /// <summary>The value itself, or <c>length:sha256</c> when it is longer than 64 bytes.</summary>
    public static ByteString Of(ByteString value) => value.Length <= LargestKept
        ? value
        : ByteString.CopyFromUtf8($"{value.Length}:{Convert.ToHexStringLower(SHA256.HashData(value.Span))[..32]}");

    /// <summary>A copy with its value fingerprinted.</summary>
    public static KeyValue Of(KeyValue whole)
    {
        if (whole.Value.Length <= LargestKept) return whole;
        var copy = whole.Clone();
        copy.Value = Of(whole.Value);
        return copy;
    }

    /// <summary>Fingerprints every field named <c>value</c>, at any depth, in place.</summary>
    public static T Within<T>(T message)
        where T : IMessage
    {
        foreach (var field in message.Descriptor.Fields.InDeclarationOrder())
        {
            if (field is { FieldType: FieldType.Bytes, Name: "value" }) Shorten(message, field);
            else if (field.FieldType == FieldType.Message) Descend(field.Accessor.GetValue(message));
        }
        return message;
    }

    private static void Shorten(IMessage message, FieldDescriptor field)
    {
        // Setting a member of a oneof selects it, so what is short is left alone.
        if (field.Accessor.GetValue(message) is ByteString { Length: > LargestKept } value) field.Accessor.SetValue(message, Of(value));
    }

    private static void Descend(object? child)
    {
        if (child is IMessage one) Within(one);
        else if (child is System.Collections.IEnumerable many) foreach (var each in many) Within((IMessage)each);
    }
}
