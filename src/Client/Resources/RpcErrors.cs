using Grpc.Core;

using MiniK8s.Api.Errors;

using Status = MiniK8s.Protocol.Meta.V1.Status;

namespace MiniK8s.Client.Resources;

// The client's edge of the error table (MiniK8s.Api.Errors.StatusCodes): a gRPC failure becomes the Status the server meant.
internal static class RpcErrors
{
    private const string StatusTrailer = "minik8s-status-bin";

    public static ApiException ToApiException(RpcException error) =>
        new(StatusIn(error.Trailers) ?? Describe(error), error);

    public static ApiException TimedOut(string method, TimeSpan limit) =>
        new(Failure(StatusReasons.Timeout, $"{method}: no answer within {limit.TotalSeconds} s"));

    private static Status? StatusIn(Metadata trailers) =>
        trailers.GetValueBytes(StatusTrailer) is { } bytes ? Status.Parser.ParseFrom(bytes) : null;

    // No Status came: the server was not reached, or it is not ours.
    private static Status Describe(RpcException error) => error.StatusCode switch
    {
        StatusCode.Unavailable => Failure(StatusReasons.ServiceUnavailable, error.Status.Detail),
        StatusCode.Cancelled or StatusCode.DeadlineExceeded => Failure(StatusReasons.Timeout, error.Status.Detail),
        StatusCode.Unauthenticated => Failure(StatusReasons.Unauthorized, error.Status.Detail),
        StatusCode.PermissionDenied => Failure(StatusReasons.Forbidden, error.Status.Detail),
        StatusCode.ResourceExhausted => Failure(StatusReasons.TooManyRequests, error.Status.Detail),
        StatusCode.OutOfRange => Failure(StatusReasons.Expired, error.Status.Detail),
        StatusCode.NotFound => Failure(StatusReasons.NotFound, error.Status.Detail),
        _ => Failure(StatusReasons.InternalError, $"{error.StatusCode}: {error.Status.Detail}"),
    };

    private static Status Failure(string reason, string message) =>
        new() { Status_ = "Failure", Reason = reason, Code = StatusCodes.HttpOf(reason), Message = message };
}
