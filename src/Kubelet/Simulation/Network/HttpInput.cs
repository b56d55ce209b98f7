using System.Text;

namespace MiniK8s.Kubelet.Simulation.Network;

/// <summary>What comes in on a connection that speaks HTTP. Reads ahead, so one connection has one of these for all its messages.</summary>
internal sealed class HttpInput(Stream connection)
{
    private byte[] _buffer = new byte[512];
    private int _start, _end;       // what has been read and not been taken yet

    /// <summary>All up to the first empty line; also what there is after so many bytes without one. Null when the other side closes before.</summary>
    public async ValueTask<string?> ReadHeadAsync(int most, CancellationToken ct)
    {
        while (true)
        {
            var length = HeadIn(_buffer.AsSpan(_start, _end - _start));
            if (length == 0 && _end - _start >= most) length = most;
            if (length > 0) return Encoding.UTF8.GetString(Take(length).Span);
            if (!await ReadMoreAsync(ct)) return null;
        }
    }

    /// <summary>So many bytes, or fewer when the other side closes before.</summary>
    public async ValueTask<byte[]> ReadAsync(int length, CancellationToken ct)
    {
        while (_end - _start < length && await ReadMoreAsync(ct))
        {
        }
        return Take(int.Min(length, _end - _start)).ToArray();
    }

    // The length of the head, with its empty line; 0 when it has not all come.
    private static int HeadIn(ReadOnlySpan<byte> bytes)
    {
        var end = bytes.IndexOf("\n\r\n"u8);
        var bare = bytes.IndexOf("\n\n"u8);
        if (end >= 0 && (bare < 0 || end < bare)) return end + 3;
        return bare >= 0 ? bare + 2 : 0;
    }

    private ReadOnlyMemory<byte> Take(int length)
    {
        var taken = _buffer.AsMemory(_start, length);
        _start += length;
        return taken;
    }

    private async ValueTask<bool> ReadMoreAsync(CancellationToken ct)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }
        if (_end == _buffer.Length) Array.Resize(ref _buffer, _buffer.Length * 2);
        var count = await connection.ReadAsync(_buffer.AsMemory(_end), ct);
        _end += count;
        return count > 0;
    }
}
