namespace MiniK8s.ApiServer.Overload;

/// <summary>Ends the answers of clients that do not take what they asked for: a stream waits for its reader only so long.</summary>
/// <remarks>The server underneath allows a time by size, which for one large event is most of an hour.</remarks>
internal sealed class SlowClients(ApiServerOptions options, TimeProvider time)
{
    /// <summary>The body of an answer without end, until that token ends it.</summary>
    public StreamedBody Body(HttpContext http, CancellationToken ct) => new(http, options.SlowClientTimeout, time, ct);

    /// <summary>Waits until one piece of an answer has gone out; when it does not, resets the stream (HTTP/2) or the connection.</summary>
    /// <exception cref="OperationCanceledException">It was ended, by this or by the client.</exception>
    public async Task SentAsync(HttpContext http, Task sending)
    {
        try
        {
            await sending.WaitAsync(options.SlowClientTimeout, time, CancellationToken.None);
            return;
        }
        catch (TimeoutException)
        {
            http.Abort();
        }
        // The abort ends it.
        await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        throw new OperationCanceledException("the client did not take the answer in time", http.RequestAborted);
    }
}
