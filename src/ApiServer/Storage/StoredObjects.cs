using Google.Protobuf;

using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.ApiServer.Registry;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Etcd;
using MiniK8s.Protocol.Runtime;

namespace MiniK8s.ApiServer.Storage;

/// <summary>Objects as the bytes in the store: Kubernetes' own envelope, <c>k8s\0</c> and an Unknown with type and message.</summary>
internal static class StoredObjects
{
    private static ReadOnlySpan<byte> Magic => "k8s\0"u8;

    /// <summary>The value to store. The resourceVersion is left out: it is the revision of the write.</summary>
    public static ByteString Encode(ApiKind kind, IApiObject obj)
    {
        if (obj.Metadata.ResourceVersion.Length > 0)
        {
            obj = obj.Copy();
            obj.Metadata.ResourceVersion = "";
        }
        var envelope = new Unknown
        {
            TypeMeta = new() { ApiVersion = kind.ApiVersion, Kind = kind.Kind },
            Raw = obj.ToByteString(),
        };
        var bytes = new byte[Magic.Length + envelope.CalculateSize()];
        Magic.CopyTo(bytes);
        envelope.WriteTo(bytes.AsSpan(Magic.Length));
        return UnsafeByteOperations.UnsafeWrap(bytes);
    }

    /// <summary>The object in a value, with its resourceVersion. A value that is none is a 500 that names the key.</summary>
    public static IApiObject Decode(ApiKind kind, KeyValue stored)
    {
        try
        {
            var bytes = stored.Value.Span;
            if (!bytes.StartsWith(Magic)) throw new FormatException("the envelope's mark is missing");
            var envelope = Unknown.Parser.ParseFrom(bytes[Magic.Length..]);
            var obj = Normalizer.Normalize(kind.Parse(envelope.Raw.Span));
            obj.Metadata.ResourceVersion = ResourceVersions.Format(stored.ModRevision);
            return obj;
        }
        catch (Exception ex) when (ex is InvalidProtocolBufferException or FormatException)
        {
            throw StatusErrors.InternalError($"the value of {stored.Key.ToStringUtf8()} cannot be decoded: {ex.Message}", ex);
        }
    }
}
