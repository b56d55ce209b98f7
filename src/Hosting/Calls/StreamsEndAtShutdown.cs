using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.Hosting;

namespace MiniK8s.Hosting.Calls;

/// <summary>
/// Lets streams end when the process stops: their context's token fires then too, and a handler that ends by it ends the call as
/// Unavailable, which tells the client to come back. Without this an open watch would hold the shutdown up to its limit.
/// Unary calls are left to finish.
/// </summary>
internal sealed class StreamsEndAtShutdown(IHostApplicationLifetime lifetime) : Interceptor
{
    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        GuardAsync(context, linked => continuation(request, responseStream, linked));

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        GuardAsync(context, linked => continuation(Linked(requestStream, linked), responseStream, linked));

    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        TResponse? answer = null;
        await GuardAsync(context, async linked => answer = await continuation(Linked(requestStream, linked), linked));
        return answer!;
    }

    private static LinkedStreamReader<T> Linked<T>(IAsyncStreamReader<T> requests, ServerCallContext context) => new(requests, context.CancellationToken);

    private async Task GuardAsync(ServerCallContext context, Func<ServerCallContext, Task> handle)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        try
        {
            await handle(new LinkedCallContext(context, ended.Token));
        }
        catch (Exception ex) when (IsOurs(ex) && !context.CancellationToken.IsCancellationRequested)
        {
            throw CallErrors.Unavailable("the process is stopping");
        }
    }

    private bool IsOurs(Exception ex) =>
        lifetime.ApplicationStopping.IsCancellationRequested && ex is (OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled });
}
