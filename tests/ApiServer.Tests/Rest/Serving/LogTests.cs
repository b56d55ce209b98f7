using System.Net.WebSockets;
using System.Text;

using Grpc.Core;

using MiniK8s.Api.Codecs;

namespace MiniK8s.ApiServer.Tests.Rest.Serving;

/// <summary>Logs, from a kubelet over TLS to the client.</summary>
public sealed class LogTests : IAsyncLifetime
{
    private const string Log = "/api/v1/namespaces/default/pods/p/log";

    private readonly Pki _pki = new();
    private FakeKubelet _kubelet = null!;
    private RestServer _server = null!;

    public Task InitializeAsync() => StartAsync("O=system:nodes, CN=system:node:n");

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _kubelet.DisposeAsync();
        _pki.Dispose();
    }

    [Fact]
    public async Task Log_OfARunningContainer_IsTheKubeletsText()
    {
        _kubelet.Answer = async stream =>
        {
            await stream.WriteAsync(FakeKubelet.Chunk("one\n"));
            await stream.WriteAsync(FakeKubelet.Chunk("two\n"));
        };

        var (code, body, response) = await _server.SendAsync("GET", $"{Log}?container=c&tailLines=2&timestamps=true&limitBytes=9&sinceTime=2030-01-01T00:00:00Z");

        Assert.Equal((200, "one\ntwo\n", "text/plain"), (code, body, response.Content.Headers.ContentType!.ToString()));
        var asked = _kubelet.Asked!;
        Assert.Equal(("n", "default", "p", "c"), (asked.Node, asked.PodNamespace, asked.PodName, asked.Container));
        Assert.Equal((2L, true, 9L, 1893456000L, false), (asked.TailLines, asked.Timestamps, asked.LimitBytes, asked.SinceTime.Seconds, asked.Follow));
        Assert.Equal("O=system:masters, CN=apiserver", _kubelet.Client);
    }

    [Fact]
    public async Task Log_Followed_PassesEachChunkOnAsItComes()
    {
        var goOn = new TaskCompletionSource();
        _kubelet.Answer = async stream =>
        {
            await stream.WriteAsync(FakeKubelet.Chunk("one\n"));
            await goOn.Task;
            await stream.WriteAsync(FakeKubelet.Chunk("two\n"));
        };
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Log}?follow=true");
        using var response = await _server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WaitAsync(Patience.Limit);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync());

        var first = await lines.ReadLineAsync().WaitAsync(Patience.Limit);
        goOn.SetResult();
        var rest = await lines.ReadToEndAsync().WaitAsync(Patience.Limit);

        Assert.Equal(("one", "two\n", true), (first, rest, _kubelet.Asked!.Follow));
    }

    [Theory]
    [InlineData("binary.k8s.io", WebSocketMessageType.Binary, "", "one\n", "two\n")]
    [InlineData("base64.binary.k8s.io", WebSocketMessageType.Text, "", "b25lCg==", "dHdvCg==")]
    public async Task Log_OverAWebSocket_IsAMessageForEachPieceThenTheEnd(string protocol, WebSocketMessageType type, params string[] expected)
    {
        _kubelet.Answer = async stream =>
        {
            await stream.WriteAsync(FakeKubelet.Chunk("one\n"));
            await stream.WriteAsync(FakeKubelet.Chunk("two\n"));
        };

        using var socket = await OpenAsync(protocol);
        var messages = new List<string>();
        var buffer = new byte[100];
        ValueWebSocketReceiveResult received;
        while ((received = await socket.ReceiveAsync(buffer.AsMemory(), default).AsTask().WaitAsync(Patience.Limit)).MessageType != WebSocketMessageType.Close)
        {
            Assert.Equal((type, true), (received.MessageType, received.EndOfMessage));
            messages.Add(Encoding.UTF8.GetString(buffer, 0, received.Count));
        }

        Assert.Equal((protocol, WebSocketCloseStatus.NormalClosure), (socket.SubProtocol, socket.CloseStatus));
        Assert.Equal(expected, messages);
    }

    [Fact]
    public async Task Log_WebSocketClientGoes_EndsTheKubeletsStream()
    {
        var ended = new TaskCompletionSource();
        _kubelet.Answer = async stream =>
        {
            try
            {
                await stream.WriteAsync(FakeKubelet.Chunk("one\n"));
                while (true)
                {
                    await stream.WriteAsync(FakeKubelet.Chunk("more\n"));
                    await Task.Yield();
                }
            }
            catch (Exception)
            {
                ended.SetResult();
                throw;
            }
        };

        using (var socket = await OpenAsync("binary.k8s.io")) await socket.ReceiveAsync(new byte[100].AsMemory(), default);

        await ended.Task.WaitAsync(Patience.Limit);
    }

    [Fact]
    public async Task Log_WebSocketProtocolNobodySpeaks_IsForbidden()
    {
        var refusal = await Assert.ThrowsAsync<WebSocketException>(() => OpenAsync("v5.channel.k8s.io"));

        Assert.Contains("403", refusal.Message);
    }

    [Fact]
    public async Task Log_KubeletRefuses_IsABadRequestInItsWords()
    {
        const string Words = "container \"c\" in pod \"p\" is waiting to start: ContainerCreating";
        _kubelet.Answer = _ => throw new RpcException(new Status(StatusCode.FailedPrecondition, Words));

        var (code, body, _) = await _server.SendAsync("GET", Log);

        Assert.Equal((400, Words), (code, JsonCodec.Decode<Protocol.Meta.V1.Status>(Encoding.UTF8.GetBytes(body)).Message));
    }

    [Fact]
    public async Task Log_KubeletFailsInItsMiddle_BreaksOff()
    {
        var fail = new TaskCompletionSource();
        _kubelet.Answer = async stream =>
        {
            await stream.WriteAsync(FakeKubelet.Chunk("one\n"));
            await fail.Task;
            throw new RpcException(new Status(StatusCode.Unavailable, "going down"));
        };
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Log}?follow=true");
        using var response = await _server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WaitAsync(Patience.Limit);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync());

        var first = await lines.ReadLineAsync().WaitAsync(Patience.Limit);
        fail.SetResult();

        Assert.Equal("one", first);
        await Assert.ThrowsAnyAsync<IOException>(() => lines.ReadToEndAsync().WaitAsync(Patience.Limit));
    }

    [Fact]
    public async Task Log_ServerThatIsNoKubelet_IsNotTrusted()
    {
        await _server.DisposeAsync();
        await _kubelet.DisposeAsync();
        await StartAsync("O=somebody, CN=system:node:n");

        var (code, _, _) = await _server.SendAsync("GET", Log);

        Assert.Equal(500, code);
        Assert.Null(_kubelet.Asked);
    }

    private async Task StartAsync(string kubeletSubject)
    {
        _kubelet = await FakeKubelet.StartAsync(_pki.Issue(kubeletSubject));
        var (certificate, key) = _pki.Issue("O=system:masters, CN=apiserver");
        _server = await RestServer.StartAsync(
            options: new() { ClientCaFile = _pki.Authority, KubeletClientCertificate = certificate, KubeletClientKey = key });
        await _server.SendAsync("POST", "/api/v1/nodes", $$$$"""{"metadata":{"name":"n"},"status":{"addresses":[{"type":"InternalIP","address":"127.0.0.1"}],"daemonEndpoints":{"kubeletEndpoint":{"Port":{{{{_kubelet.Port}}}} } } } }""");
        await _server.SendAsync("POST", "/api/v1/namespaces/default/pods", """{"metadata":{"name":"p"},"spec":{"nodeName":"n","containers":[{"name":"c"}]}}""");
    }

    private async Task<ClientWebSocket> OpenAsync(string protocol)
    {
        var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol(protocol);
        await socket.ConnectAsync(new UriBuilder(new Uri(_server.Client.BaseAddress!, $"{Log}?follow=true")) { Scheme = "ws" }.Uri, default).WaitAsync(Patience.Limit);
        return socket;
    }
}
