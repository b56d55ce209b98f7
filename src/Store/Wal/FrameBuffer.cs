using System.Buffers;
using System.Runtime.InteropServices;

using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Wal;

/// <summary>Makes frames, one at a time, in memory that is used again.</summary>
internal sealed class FrameBuffer
{
    private readonly ArrayBufferWriter<byte> _bytes = new(64 * 1024);
    private int _payloadLength;

    /// <summary>Bytes of the frame.</summary>
    public int Length => _bytes.WrittenCount;

    /// <summary>Makes the frame of a batch, its header still to come.</summary>
    /// <param name="entries">The batch.</param>
    /// <param name="home">The segment it is for, from now on the home of the versions in it.</param>
    /// <param name="start">Where in the segment the frame will stand.</param>
    public void Fill(IReadOnlyList<LogEntry> entries, IVersionHome home, long start)
    {
        Begin();
        for (var i = 0; i < entries.Count; i++) LogCodec.Write(_bytes, entries[i], home, start);
        End();
    }

    /// <summary>Makes the frame of a kind and its numbers, its header still to come.</summary>
    public void Fill(LogCodec.Kind kind, params ReadOnlySpan<long> numbers)
    {
        Begin();
        LogCodec.WriteNumbers(_bytes, kind, numbers);
        End();
    }

    /// <summary>The whole frame, for this place in the file.</summary>
    public ReadOnlySpan<byte> At(long offset)
    {
        var frame = MemoryMarshal.AsMemory(_bytes.WrittenMemory).Span;
        Frame.WriteHeader(frame, offset, frame.Slice(Frame.HeaderSize, _payloadLength));
        return frame;
    }

    private void Begin()
    {
        _bytes.ResetWrittenCount();
        _bytes.GetSpan(Frame.HeaderSize);
        _bytes.Advance(Frame.HeaderSize);
    }

    private void End()
    {
        _payloadLength = _bytes.WrittenCount - Frame.HeaderSize;
        var padding = Frame.SizeOf(_payloadLength) - _bytes.WrittenCount;
        _bytes.GetSpan(Frame.Alignment)[..padding].Clear();
        _bytes.Advance(padding);
    }
}
