using System.Buffers;
using System.Buffers.Text;
using System.Net.WebSockets;

namespace MiniK8s.ApiServer.Rest.Streams.WebSockets;

/// <summary>A WebSocket whose messages belong to channels. One reader; any number of writers.</summary>
internal sealed class ChannelSocket(WebSocket socket, ChannelProtocol protocol)
{
    private const int BufferLength = 32 << 10;

    private readonly byte[] _received = new byte[BufferLength];
    private readonly byte[] _decoded = new byte[BufferLength];
    private readonly SemaphoreSlim _turn = new(1, 1);
    private byte? _channel;             // of the message that is being received
    private int _undecoded;             // bytes of base64 that wait for the rest of their group

    public ChannelProtocol Protocol => protocol;

    /// <summary>The next piece of a message, however long that is; null when the client has closed. Valid until the next call.</summary>
    /// <exception cref="WebSocketException">The connection broke.</exception>
    /// <exception cref="IOException">The client does not keep to the protocol.</exception>
    public async ValueTask<ChannelPiece?> ReadAsync(CancellationToken ct)
    {
        while (true)
        {
            var received = await socket.ReceiveAsync(_received.AsMemory(_undecoded), ct);
            if (received.MessageType == WebSocketMessageType.Close) return null;
            var bytes = _received.AsMemory(0, _undecoded + received.Count);
            _undecoded = 0;
            if (_channel is null)
            {
                if (bytes.IsEmpty) continue;            // an empty message belongs to nobody
                _channel = protocol.IsBase64 ? (byte)(bytes.Span[0] - '0') : bytes.Span[0];
                bytes = bytes[1..];
            }
            var piece = new ChannelPiece(_channel.Value, protocol.IsBase64 ? Decode(bytes, received.EndOfMessage) : bytes, received.EndOfMessage);
            if (received.EndOfMessage) _channel = null;
            return piece;
        }
    }

    /// <summary>Sends one message.</summary>
    /// <exception cref="IOException">The client has gone.</exception>
    public async ValueTask WriteAsync(byte channel, ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        // Cancelling a send ends the socket, so one that has begun is left to its end.
        if (!await SendAsync(channel, bytes).WaitAsync(ct)) throw new IOException("the client has gone");
    }

    /// <summary>Says that all went well and nothing more will come; the client answers by closing too.</summary>
    public async Task CloseAsync(CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        try
        {
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived) await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", ct);
        }
        catch (Exception ex) when (ex is WebSocketException or IOException)
        {
            // The client was faster.
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<bool> SendAsync(byte channel, ReadOnlyMemory<byte> bytes)
    {
        var message = ArrayPool<byte>.Shared.Rent(1 + Base64.GetMaxEncodedToUtf8Length(bytes.Length));
        try
        {
            var length = Encode(channel, bytes.Span, message);
            var type = protocol.IsBase64 ? WebSocketMessageType.Text : WebSocketMessageType.Binary;
            await socket.SendAsync(message.AsMemory(0, length), type, endOfMessage: true, CancellationToken.None);
            return true;
        }
        catch (Exception ex) when (ex is WebSocketException or IOException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
        {
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(message);
            _turn.Release();
        }
    }

    private int Encode(byte channel, ReadOnlySpan<byte> bytes, Span<byte> message)
    {
        message[0] = protocol.IsBase64 ? (byte)('0' + channel) : channel;
        if (!protocol.IsBase64)
        {
            bytes.CopyTo(message[1..]);
            return 1 + bytes.Length;
        }
        Base64.EncodeToUtf8(bytes, message[1..], out _, out var written);
        return 1 + written;
    }

    private Memory<byte> Decode(Memory<byte> text, bool isLast)
    {
        var status = Base64.DecodeFromUtf8(text.Span, _decoded, out var consumed, out var written, isFinalBlock: isLast);
        if (status is OperationStatus.InvalidData or OperationStatus.DestinationTooSmall || (isLast && consumed < text.Length)) throw new IOException("a message is not base64");
        _undecoded = text.Length - consumed;
        text.Span[consumed..].CopyTo(_received);
        return _decoded.AsMemory(0, written);
    }
}

/// <summary>Some bytes of a channel.</summary>
internal readonly record struct ChannelPiece(byte Channel, ReadOnlyMemory<byte> Bytes, bool EndOfMessage);
