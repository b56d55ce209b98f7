using Google.Protobuf;

using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Load.Stores;

/// <summary>A few keys under one prefix: what is written to them, and who asks to hear of it.</summary>
internal static class WatchedKeys
{
    private const int Keys = 100;
    private static readonly ByteString Prefix = ByteString.CopyFromUtf8("/watched/");
    private static readonly ByteString PrefixEnd = ByteString.CopyFromUtf8("/watched0");

    /// <summary>Asks for all that comes after now, so that the watch may be made at leisure.</summary>
    public static async Task<WatchRequest> FromNowOnAsync(KV.KVClient kv)
    {
        var now = (await kv.RangeAsync(new RangeRequest { Key = Prefix })).Header.Revision;
        return new WatchRequest { CreateRequest = new WatchCreateRequest { Key = Prefix, RangeEnd = PrefixEnd, StartRevision = now + 1 } };
    }

    /// <summary>A write that bears the moment of its making.</summary>
    public static PutRequest Put(long number, int valueBytes) => new()
    {
        Key = ByteString.CopyFromUtf8($"/watched/{number % Keys}"), Value = ByteString.CopyFromUtf8(SendingTimes.Now.PadRight(valueBytes)),
    };
}
