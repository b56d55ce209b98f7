namespace MiniK8s.ApiServer.Rest.Logs;

/// <summary>Where a log goes, as it comes.</summary>
internal interface ILogOutput : IAsyncDisposable
{
    /// <summary>Cancelled with the request, and when the client has gone.</summary>
    CancellationToken Ended { get; }

    /// <summary>Tells the client that there is a log; until then the request may still be refused.</summary>
    Task BeginAsync(CancellationToken ct);

    /// <summary>Passes a piece on.</summary>
    /// <exception cref="OperationCanceledException">The client has gone.</exception>
    Task WriteAsync(ReadOnlyMemory<byte> piece, CancellationToken ct);

    /// <summary>Tells the client that this was all.</summary>
    Task EndAsync(CancellationToken ct);
}
