using MiniK8s.Api.Errors;
using MiniK8s.ApiServer.Rest.Answers;
using MiniK8s.ApiServer.Rest.Kubelets;
using MiniK8s.ApiServer.Rest.Parameters;
using MiniK8s.ApiServer.Rest.Streams.WebSockets;
using MiniK8s.ApiServer.Rest.Verbs;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Protocol.V1;

namespace MiniK8s.ApiServer.Rest.Streams.Commands;

/// <summary>exec and attach: the connection is upgraded, and carries the streams of a command in a container.</summary>
/// <remarks>
/// Refused before the upgrade, alike whatever the client wants to upgrade to: no such pod or node, no such container, no node yet, no stream
/// asked for. What the kubelet refuses a WebSocket learns on its error channel, since it is open by then; SPDY learns it in place of the upgrade.
/// </remarks>
internal sealed class CommandVerb(NodeKubelets kubelets, TimeProvider time) : IVerb
{
    public async Task<Answer> RunAsync(ResourceRequest request, CancellationToken ct)
    {
        var pod = (Pod)await request.Registry.GetAsync(request.Context, request.Namespace, request.Name, new GetOptions(), ct);
        var options = CommandOptions.Read(request.Query);
        var start = Start(pod, ContainerChoice.Of(request.Query.Text("container"), pod), options);
        if (start.Node.Length == 0) throw StatusErrors.BadRequest($"pod {request.Name} does not have a host assigned");
        var (_, kubelet) = await kubelets.OfAsync(request.Context, start.Node, ct);

        var http = request.Http;
        var isSpdy = SpdyUpgrade.IsAsked(http);
        if (!isSpdy && !http.WebSockets.IsWebSocketRequest) throw StatusErrors.BadRequest("Upgrade request required");
        options.Check();
        using var idle = new IdleWatch(time, ct);
        using var command = new KubeletCommand(request.Path.Subresource == "exec" ? kubelet.Exec(cancellationToken: idle.Ended) : kubelet.Attach(cancellationToken: idle.Ended));
        if (isSpdy) await OverSpdyAsync(http, command, start, options, idle, ct);
        else await OverWebSocketAsync(http, command, start, options, idle, ct);
        return new Answer.Streamed();
    }

    private async Task OverWebSocketAsync(HttpContext http, KubeletCommand command, CommandStart start, CommandOptions options, IdleWatch idle, CancellationToken ct)
    {
        var protocol = ChannelProtocol.Choose(http.WebSockets.WebSocketRequestedProtocols, ChannelProtocol.OfCommands);
        using var socket = await WebSocketUpgrade.AcceptAsync(http, protocol.Name, time, ct);
        await using var client = new WebSocketCommand(new ChannelSocket(socket, protocol), time);
        try
        {
            await client.GreetAsync(options, ct);
            await command.StartAsync(start, ct);
        }
        catch (KubeletRefusedException refused)
        {
            await client.EndAsync(new CommandEnd.Refused(refused.IsReached ? $"unable to upgrade connection: {refused.Message}" : refused.Message), ct);
            return;
        }
        catch (IOException)
        {
            return;             // the client left before anything began
        }
        await new CommandSession(command, client, options, idle).RunAsync(ct);
    }

    private async Task OverSpdyAsync(HttpContext http, KubeletCommand command, CommandStart start, CommandOptions options, IdleWatch idle, CancellationToken ct)
    {
        if (SpdyUpgrade.Negotiate(http, SpdyCommand.Protocols) is not { } protocol)
        {
            await SpdyUpgrade.RefuseAsync(http, SpdyCommand.Protocols, ct);
            return;
        }
        try
        {
            await command.StartAsync(start, ct);
        }
        catch (KubeletRefusedException refused) when (refused.IsReached)
        {
            // Kubernetes passes the kubelet's own answer on, which is no Status.
            await ResponseBody.WriteAsync(http, 500, "text/plain; charset=utf-8", System.Text.Encoding.UTF8.GetBytes(refused.Message + "\n"), ct);
            return;
        }
        catch (KubeletRefusedException refused)
        {
            throw StatusErrors.Unclassified(refused.Message);
        }
        await using var transport = await SpdyUpgrade.AcceptAsync(http, protocol);
        await using var client = new SpdyCommand(transport, protocol, time);
        try
        {
            await client.OpenAsync(options, ct);
        }
        catch (IOException)
        {
            return;             // without streams there is no way to say anything
        }
        await new CommandSession(command, client, options, idle).RunAsync(ct);
    }

    private static CommandStart Start(Pod pod, string container, CommandOptions options) => new()
    {
        Node = pod.Spec.NodeName,
        PodNamespace = pod.Metadata.Namespace,
        PodName = pod.Metadata.Name,
        Container = container,
        Command = { options.Command },
        Stdin = options.Stdin,
        Stdout = options.Stdout,
        Stderr = options.Stderr,
        Tty = options.Tty,
    };
}
