using Grpc.Core;

namespace MiniK8s.Hosting.Calls;

/// <summary>The errors of the services that every process has; nothing else in Hosting builds an RpcException.</summary>
internal static class CallErrors
{
    public static RpcException NotFound(string detail) => new(new Status(StatusCode.NotFound, detail));

    public static RpcException InvalidArgument(string detail) => new(new Status(StatusCode.InvalidArgument, detail));

    public static RpcException Unavailable(string detail) => new(new Status(StatusCode.Unavailable, detail));

    public static RpcException Cancelled() => new(new Status(StatusCode.Cancelled, "the call was cancelled"));

    /// <summary>Our bug: the client learns only the id under which the log has it.</summary>
    public static RpcException Internal(string id) => new(new Status(StatusCode.Internal, $"internal error {id}: the log of the process says more under this id"));
}
