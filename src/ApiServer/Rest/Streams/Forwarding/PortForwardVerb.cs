using System.Globalization;
using System.Net.WebSockets;

using MiniK8s.Api.Errors;
using MiniK8s.ApiServer.Rest.Answers;
using MiniK8s.ApiServer.Rest.Kubelets;
using MiniK8s.ApiServer.Rest.Streams.WebSockets;
using MiniK8s.ApiServer.Rest.Verbs;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Protocol.V1;

namespace MiniK8s.ApiServer.Rest.Streams.Forwarding;

/// <summary>portforward: the connection is upgraded, and carries connections to a pod's ports.</summary>
/// <remarks>
/// the client speaks                                      | connections
/// -------------------------------------------------------+------------------------------------------------------
/// WebSocket, <c>SPDY/3.1+portforward.k8s.io</c>          | as it opens streams, in the SPDY inside
/// WebSocket, v4 channels                                 | one for each port in the query
/// SPDY/3.1, <c>portforward.k8s.io</c>                    | as it opens streams
/// </remarks>
internal sealed class PortForwardVerb(NodeKubelets kubelets, TimeProvider time) : IVerb
{
    private const string Tunnel = "SPDY/3.1+portforward.k8s.io";
    private const int MaxPorts = 64;
    private static readonly string[] SpdyProtocols = ["portforward.k8s.io"];

    public async Task<Answer> RunAsync(ResourceRequest request, CancellationToken ct)
    {
        var pod = (Pod)await request.Registry.GetAsync(request.Context, request.Namespace, request.Name, new GetOptions(), ct);
        if (pod.Spec.NodeName.Length == 0) throw StatusErrors.BadRequest($"pod {request.Name} does not have a host assigned");
        var (_, kubelet) = await kubelets.OfAsync(request.Context, pod.Spec.NodeName, ct);

        var http = request.Http;
        using var idle = new IdleWatch(time, ct);
        if (SpdyUpgrade.IsAsked(http)) await OverSpdyAsync(http, Forward, idle.Ended);
        else if (!http.WebSockets.IsWebSocketRequest) throw StatusErrors.BadRequest("Upgrade request required");
        else if (http.WebSockets.WebSocketRequestedProtocols.Contains(Tunnel)) await OverTunnelAsync(http, Forward, idle.Ended, ct);
        else await OverChannelsAsync(http, PortsOf(request.Query), Forward, idle.Ended);
        return new Answer.Streamed();

        Task Forward(int port, IForwardedEnd user, CancellationToken stopping)
        {
            var start = new ForwardStart { Node = pod.Spec.NodeName, PodNamespace = request.Namespace, PodName = request.Name, Port = port };
            return new ForwardedConnection(kubelet, start, user, idle).RunAsync(stopping);
        }
    }

    private static async Task OverSpdyAsync(HttpContext http, Func<int, IForwardedEnd, CancellationToken, Task> forward, CancellationToken ct)
    {
        if (SpdyUpgrade.Negotiate(http, SpdyProtocols) is not { } protocol)
        {
            await SpdyUpgrade.RefuseAsync(http, SpdyProtocols, ct);
            return;
        }
        await using var transport = await SpdyUpgrade.AcceptAsync(http, protocol);
        await new SpdyForwarding(forward).RunAsync(transport, ct);
    }

    private static async Task OverTunnelAsync(HttpContext http, Func<int, IForwardedEnd, CancellationToken, Task> forward, CancellationToken idle, CancellationToken ct)
    {
        // .NET takes the slash in the name for an error, so the header is written here.
        http.Response.Headers.SecWebSocketProtocol = Tunnel;
        using var socket = await http.WebSockets.AcceptWebSocketAsync();
        await using var transport = new TunnelStream(socket);
        await new SpdyForwarding(forward).RunAsync(transport, idle);
        if (socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived)) return;
        try
        {
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", ct);
        }
        catch (WebSocketException)
        {
            // The client was faster.
        }
    }

    private async Task OverChannelsAsync(HttpContext http, IReadOnlyList<int> ports, Func<int, IForwardedEnd, CancellationToken, Task> forward, CancellationToken ct)
    {
        var protocol = ChannelProtocol.Choose(http.WebSockets.WebSocketRequestedProtocols, ChannelProtocol.OfPorts);
        using var socket = await http.WebSockets.AcceptWebSocketAsync(protocol.Name.Length > 0 ? protocol.Name : null);
        await new ChannelForwarding(new ChannelSocket(socket, protocol), ports, time, forward).RunAsync(ct);
    }

    private static List<int> PortsOf(IQueryCollection query)
    {
        var ports = new List<int>();
        foreach (var text in query["ports"].SelectMany(value => (value ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries)))
        {
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65535)
                throw StatusErrors.BadRequest($"port {GoText.Quote(text)} is not valid");
            ports.Add(port);
        }
        if (ports.Count == 0) throw StatusErrors.BadRequest("query parameter \"port\" is required");
        return ports.Count <= MaxPorts ? ports : throw StatusErrors.BadRequest($"{ports.Count} ports are too many, at most {MaxPorts} can be forwarded at once");
    }
}
