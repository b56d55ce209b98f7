using System.Buffers.Binary;
using System.IO.Pipelines;

using MiniK8s.ApiServer.Rest.Streams.Spdy;

namespace MiniK8s.ApiServer.Tests.Rest.Streams;

/// <summary>The client's side of a SPDY connection, frame by frame, on any stream.</summary>
internal sealed class SpdyPeer(Stream transport)
{
    private readonly SpdyHeaderWriter _headers = new();

    /// <summary>Two ends of one duplex stream in memory.</summary>
    public static (Stream Client, Stream Server) Wire()
    {
        var (up, down) = (new Pipe(), new Pipe());
        return (new Duplex(down.Reader.AsStream(), up.Writer.AsStream()), new Duplex(up.Reader.AsStream(), down.Writer.AsStream()));
    }

    public Task OpenAsync(int id, params (string Name, string Value)[] headers) => OpenAsync(id, 0, headers);

    public async Task OpenAsync(int id, byte flags, params (string Name, string Value)[] headers)
    {
        var content = new byte[10];
        BinaryPrimitives.WriteInt32BigEndian(content, id);
        byte[] block = _headers.Write([.. headers.Select(header => KeyValuePair.Create(header.Name, header.Value))]);
        await SendAsync(SpdyFrame.Of(SpdyFrameType.SynStream, flags, [.. content, .. block]));
    }

    public Task DataAsync(int id, string text, bool isLast = false) => DataAsync(id, System.Text.Encoding.UTF8.GetBytes(text), isLast);

    public async Task DataAsync(int id, byte[] bytes, bool isLast = false)
    {
        var head = new byte[SpdyFrame.HeadLength];
        new SpdyFrame(null, id, isLast ? SpdyFrame.Fin : (byte)0, bytes.Length).Write(head);
        await SendAsync([.. head, .. bytes]);
    }

    public Task ResetAsync(int id)
    {
        var content = new byte[8];
        BinaryPrimitives.WriteInt32BigEndian(content, id);
        content[7] = (byte)SpdyStatus.Cancel;
        return SendAsync(SpdyFrame.Of(SpdyFrameType.RstStream, 0, content));
    }

    public async Task SendAsync(byte[] bytes)
    {
        await transport.WriteAsync(bytes);
        await transport.FlushAsync();
    }

    /// <summary>The next frame: its head and its content; null at the end.</summary>
    public async Task<(SpdyFrame Frame, byte[] Content)?> ReadAsync()
    {
        var head = new byte[SpdyFrame.HeadLength];
        if (await transport.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false).AsTask().OrMissing("a frame") < head.Length) return null;
        var frame = SpdyFrame.Parse(head);
        var content = new byte[frame.Length];
        await transport.ReadExactlyAsync(content).AsTask().OrMissing("a frame's content");
        return (frame, content);
    }

    /// <summary>All that comes on one stream until its end, other frames passed over.</summary>
    public async Task<string> ReadToEndAsync(int id)
    {
        var all = new MemoryStream();
        while (await ReadAsync() is var (frame, content))
        {
            if (frame.Control is not null || frame.StreamId != id) continue;
            all.Write(content);
            if (frame.IsLast) break;
        }
        return System.Text.Encoding.UTF8.GetString(all.ToArray());
    }

    public ValueTask CloseAsync() => transport.DisposeAsync();

    private sealed class Duplex(Stream reading, Stream writing) : Stream
    {
        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => reading.ReadAsync(buffer, cancellationToken);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => writing.WriteAsync(buffer, cancellationToken);

        public override Task FlushAsync(CancellationToken cancellationToken) => writing.FlushAsync(cancellationToken);

        public override async ValueTask DisposeAsync()
        {
            await writing.DisposeAsync();
            await reading.DisposeAsync();
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
