namespace MiniK8s.Api.Errors;

/// <summary>gRPC's status codes by their numbers; cast to the gRPC library's own enum at the edge.</summary>
public enum RpcCode
{
#pragma warning disable CS1591 // the names are gRPC's
    Ok = 0,
    Cancelled = 1,
    Unknown = 2,
    InvalidArgument = 3,
    DeadlineExceeded = 4,
    NotFound = 5,
    AlreadyExists = 6,
    PermissionDenied = 7,
    ResourceExhausted = 8,
    FailedPrecondition = 9,
    Aborted = 10,
    OutOfRange = 11,
    Unimplemented = 12,
    Internal = 13,
    Unavailable = 14,
    DataLoss = 15,
    Unauthenticated = 16,
#pragma warning restore CS1591
}
