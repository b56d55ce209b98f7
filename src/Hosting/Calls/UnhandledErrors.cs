using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Logging;

namespace MiniK8s.Hosting.Calls;

/// <summary>The outermost interceptor: no exception of ours reaches a client as it is.</summary>
/// <remarks>
/// the handler threw       | the client gets            | the log gets
/// ------------------------+----------------------------+--------------------------
/// RpcException            | the same                   | nothing
/// anything, call is over  | Cancelled (nobody listens) | nothing
/// anything else           | Internal with an id        | Error with id and exception
/// </remarks>
internal sealed partial class UnhandledErrors(ILogger<UnhandledErrors> logger) : Interceptor
{
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) =>
        GuardAsync(() => continuation(request, context), context);

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation) =>
        GuardAsync(() => continuation(requestStream, context), context);

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        GuardAsync(() => Valued(continuation(request, responseStream, context)), context);

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        GuardAsync(() => Valued(continuation(requestStream, responseStream, context)), context);

    private static async Task<bool> Valued(Task task)
    {
        await task;
        return true;
    }

    private async Task<T> GuardAsync<T>(Func<Task<T>> handle, ServerCallContext context)
    {
        try
        {
            return await handle();
        }
        catch (Exception ex) when (ex is not RpcException)
        {
            if (context.CancellationToken.IsCancellationRequested) throw CallErrors.Cancelled();
            var id = Guid.NewGuid().ToString("N")[..12];
            LogUnhandled(logger, id, context.Method, ex);
            throw CallErrors.Internal(id);
        }
    }

    [LoggerMessage(LogLevel.Error, "Internal error {ErrorId} in {Method}")]
    private static partial void LogUnhandled(ILogger logger, string errorId, string method, Exception exception);
}
