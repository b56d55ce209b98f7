using Grpc.Core;

using MiniK8s.Api.Errors;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ApiServer.Storage;

/// <summary>What a client is told when the store refuses or cannot be reached: the one table.</summary>
/// <remarks>
/// the store's gRPC status                      | the client's Status
/// ---------------------------------------------+-----------------------------------------------
/// OutOfRange, "compacted"                      | <see cref="CompactedException"/>: who reads says what it means
/// Unavailable                                  | 503 ServiceUnavailable, try again after 1 s
/// Cancelled, DeadlineExceeded (our own limit)  | 504 Timeout, try again after 1 s
/// InvalidArgument "request is too large"       | 413 RequestEntityTooLarge
/// ResourceExhausted "message exceeds", "larger"| 413 RequestEntityTooLarge: it did not even fit into a gRPC message
/// anything else                                | 500 InternalError with the store's text
/// </remarks>
internal static class StoreErrors
{
    private const int RetryAfterSeconds = 1;

    /// <summary>The exception to throw for a failed call.</summary>
    public static Exception From(RpcException cause, IReadOnlyList<string> addresses) => cause.StatusCode switch
    {
        StatusCode.OutOfRange when cause.Status.Detail.Contains("compacted", StringComparison.Ordinal) => new CompactedException(0),
        StatusCode.Unavailable => Unavailable(addresses, cause.Status.Detail, cause),
        StatusCode.Cancelled or StatusCode.DeadlineExceeded => Late(addresses),
        StatusCode.InvalidArgument when cause.Status.Detail.Contains("too large", StringComparison.Ordinal) =>
            StatusErrors.RequestEntityTooLarge(cause.Status.Detail),
        StatusCode.ResourceExhausted when cause.Status.Detail.Contains("message", StringComparison.Ordinal) =>
            StatusErrors.RequestEntityTooLarge("the object does not fit into the store"),
        _ => StatusErrors.InternalError(cause.Status.Detail, cause),
    };

    /// <summary>A watch that the store ended.</summary>
    public static ApiException WatchEnded(IReadOnlyList<string> addresses, string reason) =>
        Unavailable(addresses, $"the watch ended: {reason}", null);

    private static ApiException Unavailable(IReadOnlyList<string> addresses, string detail, Exception? cause)
    {
        var message = $"the store at {string.Join(", ", addresses)} cannot be reached ({detail}); it is tried again, and so may the request be";
        var refusal = StatusErrors.Of(StatusReasons.ServiceUnavailable, message, new StatusDetails { RetryAfterSeconds = RetryAfterSeconds });
        return new ApiException(refusal.Status, cause);
    }

    private static ApiException Late(IReadOnlyList<string> addresses) =>
        StatusErrors.Timeout(
            $"the store at {string.Join(", ", addresses)} did not answer in time; a write may have been done all the same", RetryAfterSeconds);
}
