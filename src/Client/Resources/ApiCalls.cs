using System.Runtime.CompilerServices;

using Google.Protobuf;

using Grpc.Core;

namespace MiniK8s.Client.Resources;

// The two shapes of call. The deadline runs on the process's clock, not on the wire's, so that a stopped clock stops it too.
internal sealed class ApiCalls(CallInvoker invoker, ApiClientOptions options, TimeProvider time)
{
    private readonly SemaphoreSlim _turns = new(options.RequestsInFlight);

    public async Task<IMessage> UnaryAsync(Method<IMessage, IMessage> method, IMessage request, CancellationToken ct)
    {
        using var deadline = new CancellationTokenSource(options.RequestTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token);
        await TurnAsync(method, deadline.Token, either.Token, ct);
        try
        {
            using var call = invoker.AsyncUnaryCall(method, host: null, new CallOptions(cancellationToken: either.Token), request);
            return await call.ResponseAsync;
        }
        catch (RpcException ex)
        {
            ct.ThrowIfCancellationRequested();
            throw deadline.IsCancellationRequested ? RpcErrors.TimedOut(method.FullName, options.RequestTimeout) : RpcErrors.ToApiException(ex);
        }
        finally
        {
            _turns.Release();
        }
    }

    private async Task TurnAsync(Method<IMessage, IMessage> method, CancellationToken deadline, CancellationToken either, CancellationToken ct)
    {
        try
        {
            await _turns.WaitAsync(either);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested && deadline.IsCancellationRequested)
        {
            throw RpcErrors.TimedOut(method.FullName, options.RequestTimeout);
        }
    }

    public async IAsyncEnumerable<IMessage> StreamAsync(
        Method<IMessage, IMessage> method, IMessage request, [EnumeratorCancellation] CancellationToken ct)
    {
        using var call = invoker.AsyncServerStreamingCall(method, host: null, new CallOptions(cancellationToken: ct), request);
        while (await MoveNextAsync(call.ResponseStream, ct)) yield return call.ResponseStream.Current;
    }

    private static async Task<bool> MoveNextAsync(IAsyncStreamReader<IMessage> stream, CancellationToken ct)
    {
        try
        {
            return await stream.MoveNext(ct);
        }
        catch (RpcException ex)
        {
            ct.ThrowIfCancellationRequested();
            throw RpcErrors.ToApiException(ex);
        }
    }
}
