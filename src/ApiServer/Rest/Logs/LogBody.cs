namespace MiniK8s.ApiServer.Rest.Logs;

/// <summary>A log as the body of the answer.</summary>
internal sealed class LogBody(HttpResponse response, CancellationToken ended) : ILogOutput
{
    public CancellationToken Ended => ended;

    public async Task BeginAsync(CancellationToken ct)
    {
        response.ContentType = "text/plain";
        response.Headers.CacheControl = "no-cache, private";
        await response.StartAsync(ct);
        await response.BodyWriter.FlushAsync(ct);
    }

    public async Task WriteAsync(ReadOnlyMemory<byte> piece, CancellationToken ct) => await response.BodyWriter.WriteAsync(piece, ct);

    public Task EndAsync(CancellationToken ct) => Task.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
