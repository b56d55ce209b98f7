using System.Collections.Concurrent;
using Grpc.Core;

namespace MiniK8s.Grpc.Abstractions.Tests;

/// <summary>The other end of the tests' calls. Certain texts make it fail, wait or set headers.</summary>
internal sealed class EchoService : Echo.EchoBase
{
    private static readonly ConcurrentDictionary<string, TaskCompletionSource> SeenCancelled = new();
    private static int _waiting;

    /// <summary>How many calls have come that wait for their end.</summary>
    public static int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Completes when a call of that method which waits has seen its cancellation.</summary>
    public static Task Cancelled(string method) =>
        SeenCancelled.GetOrAdd(method, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public override async Task<EchoMessage> Say(EchoMessage request, ServerCallContext context)
    {
        switch (request.Text)
        {
            case "fail":
                var trailers = new Metadata { { "why", "asked to" }, { "detail-bin", [1, 2, 0, 255] } };
                throw new RpcException(new Status(StatusCode.FailedPrecondition, "etcdserver: ünicode, 100%"), trailers);
            case "throw":
                throw new InvalidOperationException("a fault of ours");
            case "wait":
                await WaitForEndAsync(context);
                break;
            case "headers":
                await context.WriteResponseHeadersAsync(new Metadata { { "heard", context.RequestHeaders.GetValue("said") ?? "nothing" } });
                context.ResponseTrailers.Add("heard-bin", context.RequestHeaders.GetValueBytes("said-bin") ?? []);
                break;
        }
        return new EchoMessage { Text = request.Text + " via " + context.Method };
    }

    public override async Task Repeat(EchoMessage request, IServerStreamWriter<EchoMessage> responseStream, ServerCallContext context)
    {
        for (var i = 1; i <= request.Count; i++) await responseStream.WriteAsync(new EchoMessage { Text = request.Text, Count = i }, context.CancellationToken);
        if (request.Text == "wait") await WaitForEndAsync(context);
        if (request.Text == "fail") throw new RpcException(new Status(StatusCode.OutOfRange, "etcdserver: mvcc: required revision has been compacted"));
    }

    public override async Task<EchoMessage> Join(IAsyncStreamReader<EchoMessage> requestStream, ServerCallContext context)
    {
        var texts = new List<string>();
        while (await requestStream.MoveNext()) texts.Add(requestStream.Current.Text);
        return new EchoMessage { Text = string.Join(',', texts), Count = texts.Count };
    }

    public override async Task Talk(IAsyncStreamReader<EchoMessage> requestStream, IServerStreamWriter<EchoMessage> responseStream, ServerCallContext context)
    {
        await foreach (var message in requestStream.ReadAllAsync(context.CancellationToken)) await responseStream.WriteAsync(message);
    }

    private static async Task WaitForEndAsync(ServerCallContext context)
    {
        Interlocked.Increment(ref _waiting);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = context.CancellationToken.Register(() => ended.SetResult());
        await ended.Task;
        SeenCancelled.GetOrAdd(context.Method, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
        throw new OperationCanceledException(context.CancellationToken);
    }
}
