using Grpc.Core;
using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Hosting.Tests;

/// <summary>A service for the tests to find and call: its stream waits until its context ends, or with the header `read` for a message, and its unary method fails as told.</summary>
internal sealed class SlowLeases : Lease.LeaseBase
{
    /// <summary>Set when a stream of it has begun.</summary>
    public TaskCompletionSource Begun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public override Task<LeaseGrantResponse> LeaseGrant(LeaseGrantRequest request, ServerCallContext context) =>
        throw new InvalidOperationException("a secret of ours");

    public override async Task LeaseKeepAlive(
        IAsyncStreamReader<LeaseKeepAliveRequest> requestStream, IServerStreamWriter<LeaseKeepAliveResponse> responseStream, ServerCallContext context)
    {
        Begun.TrySetResult();
        if (context.RequestHeaders.Get("read") is not null) await requestStream.MoveNext();
        await Task.Delay(Timeout.InfiniteTimeSpan, context.CancellationToken);
    }
}
