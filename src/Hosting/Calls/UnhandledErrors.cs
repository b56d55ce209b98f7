using Grpc.Core;
using Microsoft.Extensions.Logging;

namespace MiniK8s.Hosting.Calls;

/// <summary>What a client is told of an exception that a handler threw.</summary>
/// <remarks>
/// the handler threw       | the client gets            | the log gets
/// ------------------------+----------------------------+--------------------------
/// RpcException            | the same                   | nothing
/// anything, call is over  | Cancelled (nobody listens) | nothing
/// anything else           | Internal with an id        | Error with id and exception
/// </remarks>
internal sealed partial class UnhandledErrors(ILogger<UnhandledErrors> logger)
{
    /// <summary>What to throw instead of an exception that is no RpcException; the log has what the client does not learn.</summary>
    public RpcException Report(Exception exception, ServerCallContext context)
    {
        if (context.CancellationToken.IsCancellationRequested) return CallErrors.Cancelled();
        var id = Guid.NewGuid().ToString("N")[..12];
        LogUnhandled(logger, id, context.Method, exception);
        return CallErrors.Internal(id);
    }

    [LoggerMessage(LogLevel.Error, "Internal error {ErrorId} in {Method}")]
    private static partial void LogUnhandled(ILogger logger, string errorId, string method, Exception exception);
}
