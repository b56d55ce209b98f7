namespace MiniK8s.Kubelet.Runtime;

internal enum RuntimeErrorCode
{
    NotFound,
    AlreadyExists,
    FailedPrecondition,
    InvalidArgument,
    Unknown,
}

/// <summary>
/// What CRI would answer with a gRPC error. <see cref="Exception.Message"/> is the description alone, ready for an event.
/// </summary>
internal sealed class RuntimeException(RuntimeErrorCode code, string message) : Exception(message)
{
    public RuntimeErrorCode Code { get; } = code;
}
