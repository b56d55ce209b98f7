using Grpc.Core;

using MiniK8s.Protocol.V1;

namespace MiniK8s.ApiServer.Rest.Streams.Commands;

/// <summary>The kubelet's end of a command: one Exec or Attach call.</summary>
internal sealed class KubeletCommand(AsyncDuplexStreamingCall<CommandInput, CommandOutput> call) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Asks for the command; when this returns it may begin.</summary>
    /// <exception cref="KubeletRefusedException">The kubelet will not, or cannot be reached.</exception>
    public async Task StartAsync(CommandStart start, CancellationToken ct)
    {
        try
        {
            await AskAsync(start, ct);
            if (await call.ResponseStream.MoveNext(ct) && call.ResponseStream.Current.Accepted is not null) return;
            throw new KubeletRefusedException("the kubelet gave no answer", isReached: true);
        }
        catch (RpcException ex) when (ex.StatusCode == StatusCode.Cancelled && ct.IsCancellationRequested)
        {
            throw new OperationCanceledException(ct);
        }
        catch (RpcException ex)
        {
            var isReached = ex.StatusCode is StatusCode.FailedPrecondition or StatusCode.NotFound or StatusCode.InvalidArgument;
            throw new KubeletRefusedException(ex.Status.Detail, isReached);
        }
    }

    // A kubelet may have refused before it has read anything: the write then fails, and only the answer says why.
    private async Task AskAsync(CommandStart start, CancellationToken ct)
    {
        try
        {
            await SendAsync(new() { Start = start }, ct);
        }
        catch (Exception ex) when (ex is RpcException or InvalidOperationException && !ct.IsCancellationRequested)
        {
            // What is read next throws the call's own end.
        }
    }

    /// <summary>Sends one message; waits for as long as the kubelet takes none.</summary>
    public async Task SendAsync(CommandInput input, CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        try
        {
            await call.RequestStream.WriteAsync(input, ct);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>What the kubelet sends until it ends the call.</summary>
    public IAsyncEnumerable<CommandOutput> OutputAsync(CancellationToken ct) => call.ResponseStream.ReadAllAsync(ct);

    /// <summary>Gives the call up if it has not ended; the command is killed then.</summary>
    public void Dispose() => call.Dispose();
}

/// <summary>The kubelet's refusal, in its words.</summary>
internal sealed class KubeletRefusedException(string message, bool isReached) : Exception(isReached ? message : $"error dialing backend: {message}")
{
    /// <summary>False: it could not even be asked.</summary>
    public bool IsReached { get; } = isReached;
}
