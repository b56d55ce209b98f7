namespace MiniK8s.Store.Wal;

/// <summary>Reads the frames of one file, and tells a torn tail from damage.</summary>
/// <remarks>
/// Each frame is synced before the next is written, so only the last one can be torn. A bad frame is
/// <list type="bullet">
/// <item>torn, if nothing after it is a frame, and either the file ends inside it or a whole piece of it (as much as lies
/// in one disk sector) is zero: that is how a write looks that power loss cut short;</item>
/// <item>damage otherwise: it was whole once, and may have been acknowledged.</item>
/// </list>
/// </remarks>
internal sealed class FrameReader(byte[] file)
{
    private const int SectorSize = 512;

    /// <summary>Where the next frame starts; after <see cref="FrameEnd.Torn"/> or damage, where the bad one does.</summary>
    public int Offset { get; private set; }

    /// <summary>Moves past one frame.</summary>
    /// <param name="payload">The frame's payload, set when the answer is <see cref="FrameEnd.Whole"/>.</param>
    public FrameEnd TryRead(out ReadOnlyMemory<byte> payload)
    {
        payload = default;
        var rest = file.AsSpan(Offset);
        if (rest.IsEmpty) return FrameEnd.EndOfFile;
        if (!Frame.TryReadLength(rest, Offset, out var length)) return JudgeHeader(rest);

        var end = (long)Offset + Frame.HeaderSize + length;
        if (end > file.Length) return FrameEnd.Torn;
        var body = file.AsMemory(Offset + Frame.HeaderSize, length);
        if (!Frame.Matches(rest, body.Span)) return JudgeBody((int)end);

        payload = body;
        Offset = (int)end;
        return FrameEnd.Whole;
    }

    private FrameEnd JudgeHeader(ReadOnlySpan<byte> rest)
    {
        var isCut = rest.Length < Frame.HeaderSize || HasBlankPiece(Offset, Offset + Frame.HeaderSize);
        return isCut && !AnyFrameFrom(Offset + 1) ? FrameEnd.Torn : FrameEnd.Damaged;
    }

    private FrameEnd JudgeBody(int end) =>
        HasBlankPiece(Offset, end) && !AnyFrameFrom(end) ? FrameEnd.Torn : FrameEnd.Damaged;

    private bool HasBlankPiece(int start, int end)
    {
        while (start < end)
        {
            var pieceEnd = int.Min(end, (start / SectorSize * SectorSize) + SectorSize);
            if (!file.AsSpan(start, pieceEnd - start).ContainsAnyExcept((byte)0)) return true;
            start = pieceEnd;
        }
        return false;
    }

    private bool AnyFrameFrom(int offset)
    {
        for (; offset + Frame.HeaderSize <= file.Length; offset++)
        {
            var rest = file.AsSpan(offset);
            if (!Frame.TryReadLength(rest, offset, out var length) || length > rest.Length - Frame.HeaderSize) continue;
            if (Frame.Matches(rest, rest.Slice(Frame.HeaderSize, length))) return true;
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
