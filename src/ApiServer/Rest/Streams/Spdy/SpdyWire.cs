namespace MiniK8s.ApiServer.Rest.Streams.Spdy;

/// <summary>The sending half of a connection: whole frames, one after another.</summary>
/// <remarks>A frame that has begun is finished, whoever stops waiting for it: half a frame would be the end of every stream.</remarks>
internal sealed class SpdyWire(Stream transport)
{
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Sends what <paramref name="make"/> makes when its turn has come; returns when the transport has taken it.</summary>
    /// <exception cref="IOException">The other side has gone.</exception>
    public async ValueTask SendAsync(Func<ReadOnlyMemory<byte>> make, CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        if (!await WriteAsync(make).WaitAsync(ct)) throw new IOException("the other side has gone");
    }

    private async Task<bool> WriteAsync(Func<ReadOnlyMemory<byte>> make)
    {
        try
        {
            await transport.WriteAsync(make());
            await transport.FlushAsync();
            return true;
        }
        catch (Exception ex) when (ex is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            return false;
        }
        finally
        {
            _turn.Release();
        }
    }
}
