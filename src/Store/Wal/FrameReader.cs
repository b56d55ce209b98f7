namespace MiniK8s.Store.Wal;

/// <summary>Reads the frames of one file, and tells the end, a torn tail and damage apart.</summary>
/// <param name="bytes">The file up to its last byte that is not zero, or further.</param>
/// <param name="fileLength">Length of the file; what <paramref name="bytes"/> lack of it is zero.</param>
/// <param name="start">Where to begin: 0 or the end of a frame.</param>
/// <remarks>
/// Files are made full of zeroes before anything is written to them, and each frame is synced before the next is written, so only
/// the last one can be torn. What stands where a frame should be is
/// <list type="bullet">
/// <item>the end, if there are only zeroes from there on;</item>
/// <item>torn, if nothing after it is a frame, and either the file ends inside it or a whole piece of it (as much as lies
/// in one disk sector) is zero: that is how a write looks that power loss cut short;</item>
/// <item>damage otherwise: it was whole once, and may have been acknowledged.</item>
/// </list>
/// A last frame that was acknowledged and damaged such that it looks torn is told by <see cref="LogMark"/>.
/// </remarks>
internal sealed class FrameReader(byte[] bytes, long fileLength, long start = 0)
{
    private const int SectorSize = 512;

    /// <summary>The whole of a file.</summary>
    public FrameReader(byte[] bytes)
        : this(bytes, bytes.Length)
    {
    }

    /// <summary>Where the next frame starts; after anything but <see cref="FrameEnd.Whole"/>, where it should have.</summary>
    public int Offset { get; private set; } = (int)start;

    private ReadOnlySpan<byte> Rest => Offset < bytes.Length ? bytes.AsSpan(Offset) : [];

    /// <summary>Moves past one frame.</summary>
    /// <param name="payload">The frame's payload, set when the answer is <see cref="FrameEnd.Whole"/>.</param>
    public FrameEnd TryRead(out ReadOnlyMemory<byte> payload)
    {
        payload = default;
        if (!Frame.TryReadLength(Rest, Offset, out var length)) return JudgeHeader();

        var end = (long)Offset + Frame.HeaderSize + length;
        if (end > fileLength) return AnyFrameFrom(Offset + 1) ? FrameEnd.Damaged : FrameEnd.Torn;
        var body = Slice(Offset + Frame.HeaderSize, length);
        if (!Frame.Matches(Rest, body.Span)) return JudgeBody((int)end);

        payload = body;
        Offset += Frame.SizeOf(length);
        return FrameEnd.Whole;
    }

    // A payload may end in zeroes, which are not among the bytes then.
    private ReadOnlyMemory<byte> Slice(int from, int length)
    {
        if (from + length <= bytes.Length) return bytes.AsMemory(from, length);
        var padded = new byte[length];
        if (from < bytes.Length) bytes.AsSpan(from).CopyTo(padded);
        return padded;
    }

    private FrameEnd JudgeHeader()
    {
        if (!Rest.ContainsAnyExcept((byte)0)) return FrameEnd.EndOfFile;
        var isCut = fileLength - Offset < Frame.HeaderSize || HasBlankPiece(Offset, Offset + Frame.HeaderSize);
        return isCut && !AnyFrameFrom(Offset + 1) ? FrameEnd.Torn : FrameEnd.Damaged;
    }

    private FrameEnd JudgeBody(int end) =>
        HasBlankPiece(Offset, end) && !AnyFrameFrom(end) ? FrameEnd.Torn : FrameEnd.Damaged;

    private bool HasBlankPiece(int from, int end)
    {
        while (from < end)
        {
            var pieceEnd = int.Min(end, (from / SectorSize * SectorSize) + SectorSize);
            if (!Slice(from, pieceEnd - from).Span.ContainsAnyExcept((byte)0)) return true;
            from = pieceEnd;
        }
        return false;
    }

    private bool AnyFrameFrom(int offset)
    {
        for (offset = Frame.SizeOf(offset - Frame.HeaderSize); offset + Frame.HeaderSize <= bytes.Length; offset += Frame.Alignment)
        {
            var rest = bytes.AsSpan(offset);
            if (!Frame.TryReadLength(rest, offset, out var length) || offset + Frame.HeaderSize + (long)length > fileLength) continue;
            if (Frame.Matches(rest, Slice(offset + Frame.HeaderSize, length).Span)) return true;
        }
        return false;
    }
}

/// <summary>What <see cref="FrameReader.TryRead"/> found.</summary>
internal enum FrameEnd
{
    /// <summary>A sound frame.</summary>
    Whole,

    /// <summary>Nothing more.</summary>
    EndOfFile,

    /// <summary>The rest is what is left of one write that never finished.</summary>
    Torn,

    /// <summary>Bytes changed after they were written.</summary>
    Damaged,
}
