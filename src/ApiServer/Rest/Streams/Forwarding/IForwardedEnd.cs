using System.IO.Pipelines;

namespace MiniK8s.ApiServer.Rest.Streams.Forwarding;

/// <summary>The user's end of one forwarded connection.</summary>
internal interface IForwardedEnd
{
    /// <summary>What the user sends; ends when it has no more.</summary>
    PipeReader Input { get; }

    /// <summary>Fires when the user gives the connection up.</summary>
    CancellationToken Broken { get; }

    /// <summary>Sends what the pod said; waits for as long as the user takes none.</summary>
    /// <exception cref="IOException">The user has gone.</exception>
    ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct);

    /// <summary>Says why there is no connection (any more).</summary>
    ValueTask FailAsync(string why, CancellationToken ct);

    /// <summary>The connection is over.</summary>
    ValueTask EndAsync(CancellationToken ct);
}
