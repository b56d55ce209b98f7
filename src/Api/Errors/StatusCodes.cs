using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Api.Errors;

/// <summary>The one table between a Status's reason, its HTTP code and its gRPC code.</summary>
public static class StatusCodes
{
    private static readonly (string Reason, int Http, RpcCode Rpc)[] Table =
    [
        (StatusReasons.BadRequest, 400, RpcCode.InvalidArgument),
        (StatusReasons.Unauthorized, 401, RpcCode.Unauthenticated),
        (StatusReasons.Forbidden, 403, RpcCode.PermissionDenied),
        (StatusReasons.NotFound, 404, RpcCode.NotFound),
        (StatusReasons.MethodNotAllowed, 405, RpcCode.Unimplemented),
        (StatusReasons.NotAcceptable, 406, RpcCode.InvalidArgument),
        (StatusReasons.Conflict, 409, RpcCode.Aborted),
        (StatusReasons.AlreadyExists, 409, RpcCode.AlreadyExists),
        (StatusReasons.Expired, 410, RpcCode.OutOfRange),
        (StatusReasons.Gone, 410, RpcCode.OutOfRange),
        (StatusReasons.RequestEntityTooLarge, 413, RpcCode.InvalidArgument),
        (StatusReasons.UnsupportedMediaType, 415, RpcCode.InvalidArgument),
        (StatusReasons.Invalid, 422, RpcCode.InvalidArgument),
        (StatusReasons.TooManyRequests, 429, RpcCode.ResourceExhausted),
        (StatusReasons.InternalError, 500, RpcCode.Internal),
        (StatusReasons.ServerTimeout, 500, RpcCode.Unavailable),
        (StatusReasons.ServiceUnavailable, 503, RpcCode.Unavailable),
        (StatusReasons.Timeout, 504, RpcCode.DeadlineExceeded),
    ];

    /// <summary>The HTTP code of a reason; 500 for one the table does not know.</summary>
    public static int HttpOf(string reason) => Find(row => row.Reason == reason) is { } row ? row.Http : 500;

    /// <summary>The gRPC code of a reason; Unknown for one the table does not know.</summary>
    public static RpcCode RpcOf(string reason) => Find(row => row.Reason == reason) is { } row ? row.Rpc : RpcCode.Unknown;

    /// <summary>The HTTP code of a gRPC code: the table's first that has it; 500 where none has.</summary>
    public static int HttpOf(RpcCode code) => Find(row => row.Rpc == code) is { } row ? row.Http : 500;

    /// <summary>The gRPC code of a Status: by its reason, by its HTTP code where the reason is empty; Ok for a Success.</summary>
    public static RpcCode RpcOf(Status status)
    {
        if (status.Status_ == StatusErrors.Success) return RpcCode.Ok;
        if (status.Reason.Length > 0) return RpcOf(status.Reason);
        return Find(row => row.Http == status.Code) is { } row ? row.Rpc : RpcCode.Unknown;
    }

    private static (string Reason, int Http, RpcCode Rpc)? Find(Predicate<(string Reason, int Http, RpcCode Rpc)> match)
    {
        var index = Array.FindIndex(Table, match);
        return index < 0 ? null : Table[index];
    }
}
