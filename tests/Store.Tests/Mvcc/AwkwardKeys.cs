using Google.Protobuf;

using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Tests.Mvcc;

/// <summary>Keys that are hard to tell apart: nothing in common or much, prefixes of each other, zeros and 0xFF, short and long tails.</summary>
internal sealed class AwkwardKeys(Random random)
{
    private static readonly byte[] Letters = [0x00, 0x01, 0x7F, 0x80, 0xFF, (byte)'a'];
    private static readonly byte[][] Prefixes = [[], [], "a"u8.ToArray(), "/registry/pods/"u8.ToArray(), new byte[9], [0xFF, 0xFF, 0xFF, 0xFF]];

    /// <summary>One of many thousands; never empty.</summary>
    public ByteString Next()
    {
        var key = new List<byte>(Prefixes[random.Next(Prefixes.Length)]);
        for (var tail = random.Next(key.Count == 0 ? 1 : 0, 12); tail > 0; tail--) key.Add(Letters[random.Next(Letters.Length)]);
        return ByteString.CopyFrom([.. key]);
    }

    /// <summary>An interval, a single key or everything from a key on.</summary>
    public KeyRange Range() => random.Next(4) switch
    {
        0 => KeyRange.Only(Next()),
        1 => KeyRange.From(Next(), ByteString.CopyFrom(0)),
        _ => new KeyRange(Next(), Next(), KeyRangeKind.Interval),
    };
}
