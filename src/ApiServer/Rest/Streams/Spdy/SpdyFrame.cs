using System.Buffers.Binary;

namespace MiniK8s.ApiServer.Rest.Streams.Spdy;

/// <summary>What a control frame is.</summary>
internal enum SpdyFrameType
{
    SynStream = 1,
    SynReply = 2,
    RstStream = 3,
    Settings = 4,
    Ping = 6,
    GoAway = 7,
    Headers = 8,
    WindowUpdate = 9,
}

/// <summary>Why a stream was broken off.</summary>
internal enum SpdyStatus
{
    ProtocolError = 1,
    RefusedStream = 3,
    Cancel = 5,
}

/// <summary>The eight bytes that every frame begins with.</summary>
/// <remarks>
/// control: 1 | version (15 bits) | type (16) | flags (8) | length (24)
/// data:    0 | stream id (31)                | flags (8) | length (24)
/// </remarks>
/// <param name="Control">The type; null for data.</param>
/// <param name="StreamId">Of data only.</param>
/// <param name="Flags">1: the sender has no more to send on this stream.</param>
/// <param name="Length">Of what follows, in bytes.</param>
internal readonly record struct SpdyFrame(SpdyFrameType? Control, int StreamId, byte Flags, int Length)
{
    public const int HeadLength = 8;
    public const byte Fin = 1;
    public const int Version = 3;
    private const int MaxLength = (1 << 24) - 1;

    public bool IsLast => (Flags & Fin) != 0;

    /// <exception cref="SpdyException">Another version than 3.</exception>
    public static SpdyFrame Parse(ReadOnlySpan<byte> head)
    {
        var first = BinaryPrimitives.ReadUInt32BigEndian(head);
        var length = BinaryPrimitives.ReadInt32BigEndian(head[4..]) & MaxLength;
        if ((first & 0x8000_0000) == 0) return new(null, (int)first, head[4], length);

        var version = (first >> 16) & 0x7FFF;
        if (version != Version) throw new SpdyException($"version {version} is not spoken here");
        return new((SpdyFrameType)(first & 0xFFFF), 0, head[4], length);
    }

    public void Write(Span<byte> head)
    {
        BinaryPrimitives.WriteUInt32BigEndian(head, Control is { } type ? 0x8000_0000 | (Version << 16) | (uint)type : (uint)StreamId);
        BinaryPrimitives.WriteInt32BigEndian(head[4..], (Flags << 24) | Length);
    }

    /// <summary>A whole frame with its content.</summary>
    public static byte[] Of(SpdyFrameType type, byte flags, params ReadOnlySpan<byte> content)
    {
        var frame = new byte[HeadLength + content.Length];
        new SpdyFrame(type, 0, flags, content.Length).Write(frame);
        content.CopyTo(frame.AsSpan(HeadLength));
        return frame;
    }
}
