using Grpc.Core;
using Grpc.Core.Interceptors;

namespace MiniK8s.Hosting.Calls;

/// <summary>
/// What stands around every gRPC handler: no exception of ours reaches a client as it is (<see cref="UnhandledErrors"/>), and streams end when
/// the process stops (<see cref="StreamsEndAtShutdown"/>).
/// </summary>
/// <remarks>One interceptor for both: each more is three objects and two more steps of every call, in its way there and in its answer's way back.</remarks>
internal sealed class CallGuard(UnhandledErrors errors, StreamsEndAtShutdown streams) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(request, context);
        }
        catch (Exception ex) when (ex is not RpcException)
        {
            throw errors.Report(ex, context);
        }
    }

    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        TResponse? answer = null;
        await GuardAsync(context, async linked => answer = await continuation(Linked(requestStream, linked), linked));
        return answer!;
    }

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        GuardAsync(context, linked => continuation(request, responseStream, linked));

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        GuardAsync(context, linked => continuation(Linked(requestStream, linked), responseStream, linked));

    private static LinkedStreamReader<T> Linked<T>(IAsyncStreamReader<T> requests, ServerCallContext context) => new(requests, context.CancellationToken);

    private async Task GuardAsync(ServerCallContext context, Func<ServerCallContext, Task> handle)
    {
        try
        {
            await streams.RunAsync(context, handle);
        }
        catch (Exception ex) when (ex is not RpcException)
        {
            throw errors.Report(ex, context);
        }
    }
}
