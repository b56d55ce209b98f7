using Grpc.Core;
using Microsoft.Extensions.Hosting;

namespace MiniK8s.Hosting.Calls;

/// <summary>
/// Lets streams end when the process stops: their context's token fires then too, and a handler that ends by it ends the call as
/// Unavailable, which tells the client to come back. Without this an open watch would hold the shutdown up to its limit.
/// Unary calls are left to finish.
/// </summary>
internal sealed class StreamsEndAtShutdown(IHostApplicationLifetime lifetime)
{
    /// <summary>Runs a stream's handler, with a context whose token fires at the call's end and at the process's.</summary>
    public async Task RunAsync(ServerCallContext context, Func<ServerCallContext, Task> handle)
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
