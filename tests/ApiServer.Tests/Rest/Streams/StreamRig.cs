using System.Net.WebSockets;
using System.Text;

using Google.Protobuf;

using Grpc.Core;

using MiniK8s.ApiServer.Tests.Rest.Serving;
using MiniK8s.Protocol.V1;

namespace MiniK8s.ApiServer.Tests.Rest.Streams;

/// <summary>A server with a node "n", whose kubelet is the test's, a pod "p" on it with one container, and a pod "pending" on none.</summary>
internal sealed class StreamRig : IAsyncDisposable
{
    public const string Pod = "/api/v1/namespaces/default/pods/p";

    private readonly Pki _pki = new();

    public FakeKubelet Kubelet { get; private set; } = null!;

    public RestServer Server { get; private set; } = null!;

    public static async Task<StreamRig> StartAsync(TimeProvider? time = null)
    {
        var rig = new StreamRig();
        rig.Kubelet = await FakeKubelet.StartAsync(rig._pki.Issue("O=system:nodes, CN=system:node:n"));
        var (certificate, key) = rig._pki.Issue("O=system:masters, CN=apiserver");
        rig.Server = await RestServer.StartAsync(time, new() { ClientCaFile = rig._pki.Authority, KubeletClientCertificate = certificate, KubeletClientKey = key });
        await rig.Server.SendAsync("POST", "/api/v1/nodes", $$$$"""{"metadata":{"name":"n"},"status":{"addresses":[{"type":"InternalIP","address":"127.0.0.1"}],"daemonEndpoints":{"kubeletEndpoint":{"Port":{{{{rig.Kubelet.Port}}}} } } } }""");
        await rig.Server.SendAsync("POST", "/api/v1/namespaces/default/pods", """{"metadata":{"name":"p"},"spec":{"nodeName":"n","containers":[{"name":"c"}]}}""");
        await rig.Server.SendAsync("POST", "/api/v1/namespaces/default/pods", """{"metadata":{"name":"pending"},"spec":{"containers":[{"name":"c"}]}}""");
        return rig;
    }

    public async Task<ClientWebSocket> ConnectAsync(string path, params string[] protocols)
    {
        var socket = new ClientWebSocket();
        foreach (var protocol in protocols) socket.Options.AddSubProtocol(protocol);
        socket.Options.CollectHttpResponseDetails = true;
        await socket.ConnectAsync(new Uri(Server.Url.Replace("http:", "ws:") + path), default).OrMissing("the handshake");
        return socket;
    }

    /// <summary>The kubelet's usual beginning: takes start and begin, answers accepted; gives start.</summary>
    public static async Task<CommandStart> AcceptAsync(IAsyncStreamReader<CommandInput> inputs, IServerStreamWriter<CommandOutput> outputs)
    {
        Assert.True(await inputs.MoveNext(default));
        var start = inputs.Current.Start;
        await outputs.WriteAsync(new() { Accepted = new() });
        Assert.True(await inputs.MoveNext(default));
        Assert.NotNull(inputs.Current.Begin);
        return start;
    }

    public static CommandOutput Stdout(string text) => new() { Stdout = ByteString.CopyFromUtf8(text) };

    public static CommandOutput Exit(int code) => new() { Result = new() { ExitCode = code } };

    /// <summary>A whole message of a WebSocket as text, or "(close CODE)".</summary>
    public static async Task<string> ReadAsync(WebSocket socket)
    {
        var all = new MemoryStream();
        var buffer = new byte[4096];
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer, default).OrMissing("a message");
            if (received.MessageType == WebSocketMessageType.Close) return $"(close {(int)socket.CloseStatus!})";
            all.Write(buffer, 0, received.Count);
            if (received.EndOfMessage) return Encoding.UTF8.GetString(all.ToArray());
        }
    }

    public static Task SendAsync(WebSocket socket, byte channel, string text) =>
        socket.SendAsync(new byte[] { channel }.Concat(Encoding.UTF8.GetBytes(text)).ToArray(), WebSocketMessageType.Binary, true, default);

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        await Kubelet.DisposeAsync();
        _pki.Dispose();
    }
}
