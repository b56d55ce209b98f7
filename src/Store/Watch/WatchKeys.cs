using Google.Protobuf;

namespace MiniK8s.Store.Watch;

/// <summary>Keys with a meaning of their own to watches.</summary>
internal static class WatchKeys
{
    /// <summary>One zero byte: sorts before every other key.</summary>
    public static ByteString Smallest { get; } = ByteString.CopyFrom(0);
}
