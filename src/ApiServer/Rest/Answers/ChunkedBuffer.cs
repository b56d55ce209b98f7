using System.Buffers;

namespace MiniK8s.ApiServer.Rest.Answers;

/// <summary>A body, or the next part of one, on its way out, in rented pieces: nothing is moved to a larger array, and all is given back when it is sent.</summary>
internal sealed class ChunkedBuffer : IBufferWriter<byte>, IDisposable
{
    private const int ChunkBytes = 64 * 1024;       // too small for the large object heap

    private readonly List<byte[]> _rented = [];
    private readonly List<ReadOnlyMemory<byte>> _full = [];
    private int _written;       // of the newest piece

    /// <summary>What was written, in order.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Pieces => _rented.Count == 0 ? [] : [.. _full, _rented[^1].AsMemory(0, _written)];

    /// <inheritdoc/>
    public void Advance(int count) => _written += count;

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (_rented.Count == 0 || _rented[^1].Length - _written < int.Max(sizeHint, 1)) Rent(int.Max(sizeHint, ChunkBytes));
        return _rented[^1].AsMemory(_written);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <inheritdoc/>
    public void Dispose() => Clear();

    /// <summary>Gives the pieces back, which must not be read any more; what is written next is all there is.</summary>
    public void Clear()
    {
        foreach (var piece in _rented) ArrayPool<byte>.Shared.Return(piece);
        _rented.Clear();
        _full.Clear();
        _written = 0;
    }

    private void Rent(int bytes)
    {
        if (_rented.Count > 0) _full.Add(_rented[^1].AsMemory(0, _written));
        _rented.Add(ArrayPool<byte>.Shared.Rent(bytes));
        _written = 0;
    }
}
