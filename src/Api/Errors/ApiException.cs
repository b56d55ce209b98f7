using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Api.Errors;

/// <summary>A request refused: carries the Status the client gets. Make one with <see cref="StatusErrors"/>.</summary>
public sealed class ApiException(Status status, Exception? cause = null) : Exception(status.Message, cause)
{
    /// <summary>What the client gets, over REST and gRPC alike.</summary>
    public Status Status { get; } = status;

    /// <summary>HTTP status code.</summary>
    public int Code => Status.Code;

    /// <summary>One of <see cref="StatusReasons"/>.</summary>
    public string Reason => Status.Reason;

    /// <summary>gRPC status code.</summary>
    public RpcCode RpcCode => StatusCodes.RpcOf(Status);
}
