using Grpc.Core;
using Grpc.Core.Interceptors;

namespace MiniK8s.Grpc.Abstractions.Tests;

/// <summary>The official client and server, bound to whichever Grpc.Core.Api is in use, speak over a real connection.</summary>
public sealed class CallTests(EchoServer server) : IClassFixture<EchoServer>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Echo.EchoClient _client = server.Client;

    [Fact]
    public async Task Unary_Answered_GivesTheResponseAndOk()
    {
        using var call = _client.SayAsync(new EchoMessage { Text = "hello" });

        var answer = await call;

        Assert.Equal("hello via /minik8s.tests.Echo/Say", answer.Text);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public void Unary_Blocking_GivesTheResponse() =>
        Assert.Equal("hello via /minik8s.tests.Echo/Say", _client.Say(new EchoMessage { Text = "hello" }).Text);

    [Fact]
    public async Task Unary_Compressed_GivesTheResponse()
    {
        var headers = new Metadata { { "grpc-internal-encoding-request", "gzip" } };
        var text = new string('x', 100_000);

        var answer = await _client.SayAsync(new EchoMessage { Text = text }, headers);

        Assert.StartsWith(text, answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ServerStream_Ended_GivesEveryMessageInOrder()
    {
        using var call = _client.Repeat(new EchoMessage { Text = "x", Count = 1000 });

        var counts = new List<int>();
        await foreach (var message in call.ResponseStream.ReadAllAsync()) counts.Add(message.Count);

        Assert.Equal(Enumerable.Range(1, 1000), counts);
    }

    [Fact]
    public async Task ServerStream_Fails_GivesTheMessagesThenTheStatus()
    {
        using var call = _client.Repeat(new EchoMessage { Text = "fail", Count = 1 });

        Assert.True(await call.ResponseStream.MoveNext());
        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext());

        Assert.Equal(StatusCode.OutOfRange, error.StatusCode);
        Assert.Equal("etcdserver: mvcc: required revision has been compacted", error.Status.Detail);
    }

    [Fact]
    public async Task ClientStream_Completed_GivesOneResponse()
    {
        using var call = _client.Join();
        foreach (var text in new[] { "a", "b", "c" }) await call.RequestStream.WriteAsync(new EchoMessage { Text = text });
        await call.RequestStream.CompleteAsync();

        var answer = await call;

        Assert.Equal(new EchoMessage { Text = "a,b,c", Count = 3 }, answer);
    }

    [Fact]
    public async Task Duplex_TurnByTurn_EachMessageComesBackBeforeTheNextIsSent()
    {
        using var call = _client.Talk();
        for (var i = 0; i < 100; i++)
        {
            await call.RequestStream.WriteAsync(new EchoMessage { Count = i }, CancellationToken.None);
            Assert.True(await call.ResponseStream.MoveNext());
            Assert.Equal(i, call.ResponseStream.Current.Count);
        }

        await call.RequestStream.CompleteAsync();

        Assert.False(await call.ResponseStream.MoveNext());
    }

    [Fact]
    public async Task Unary_ServerThrowsRpcException_GivesStatusAndTrailers()
    {
        var error = await Assert.ThrowsAsync<RpcException>(() => _client.SayAsync(new EchoMessage { Text = "fail" }).ResponseAsync);

        Assert.Equal((StatusCode.FailedPrecondition, "etcdserver: ünicode, 100%"), (error.StatusCode, error.Status.Detail));
        Assert.Equal("asked to", error.Trailers.GetValue("why"));
        Assert.Equal([1, 2, 0, 255], error.Trailers.GetValueBytes("detail-bin"));
    }

    [Fact]
    public async Task Unary_ServerThrowsAnythingElse_SaysNothingOfIt()
    {
        var error = await Assert.ThrowsAsync<RpcException>(() => _client.SayAsync(new EchoMessage { Text = "throw" }).ResponseAsync);

        Assert.Equal(StatusCode.Unknown, error.StatusCode);
        Assert.DoesNotContain("a fault of ours", error.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unary_NoSuchMethod_IsUnimplemented()
    {
        var method = new Method<string, string>(MethodType.Unary, "minik8s.tests.Echo", "Shout", Marshallers.StringMarshaller, Marshallers.StringMarshaller);

        var error = await Assert.ThrowsAsync<RpcException>(
            () => server.Channel.CreateCallInvoker().AsyncUnaryCall(method, null, default, "x").ResponseAsync);

        Assert.Equal(StatusCode.Unimplemented, error.StatusCode);
    }

    [Fact]
    public async Task Metadata_BothWays_ArrivesAsTextAndBytes()
    {
        using var call = _client.SayAsync(new EchoMessage { Text = "headers" }, new Metadata { { "Said", "hi" }, { "said-bin", [0, 200] } });

        await call;

        Assert.Equal("hi", (await call.ResponseHeadersAsync).GetValue("heard"));
        Assert.Equal([0, 200], call.GetTrailers().GetValueBytes("heard-bin"));
    }

    [Fact]
    public async Task Deadline_Passes_EndsTheCallOnBothSides()
    {
        var before = EchoService.Waiting;

        // On a busy machine a call's time may be up before the call is there, and then the server has nothing to see.
        for (var patience = TimeSpan.FromMilliseconds(200); EchoService.Waiting == before; patience *= 2)
        {
            var error = await Assert.ThrowsAsync<RpcException>(
                () => _client.SayAsync(new EchoMessage { Text = "wait" }, deadline: DateTime.UtcNow + patience).ResponseAsync);
            Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
            Assert.True(patience < Patience, "no call with a deadline ever comes");
        }

        await EchoService.Cancelled("/minik8s.tests.Echo/Say").WaitAsync(Patience);
    }

    [Fact]
    public async Task Cancellation_OfAStream_ReachesTheServer()
    {
        using var stop = new CancellationTokenSource();
        using var call = _client.Repeat(new EchoMessage { Text = "wait", Count = 1 }, cancellationToken: stop.Token);
        Assert.True(await call.ResponseStream.MoveNext());

        await stop.CancelAsync();
        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext());

        Assert.Equal(StatusCode.Cancelled, error.StatusCode);
        await EchoService.Cancelled("/minik8s.tests.Echo/Repeat").WaitAsync(Patience);
    }

    [Fact]
    public async Task Interceptor_OnTheClient_SeesAndChangesTheCall()
    {
        var answer = await server.ClientThrough(new Louder()).SayAsync(new EchoMessage { Text = "hello" });

        Assert.Equal("HELLO via /minik8s.tests.Echo/Say", answer.Text);
    }

    private sealed class Louder : Interceptor
    {
        public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
            TRequest request, ClientInterceptorContext<TRequest, TResponse> context, AsyncUnaryCallContinuation<TRequest, TResponse> continuation)
        {
            if (request is EchoMessage message) message.Text = message.Text.ToUpperInvariant();
            return continuation(request, context);
        }
    }
}
