using Grpc.Core;

using MiniK8s.Api.Errors;
using MiniK8s.ApiServer.Rest.Answers;
using MiniK8s.ApiServer.Rest.Kubelets;
using MiniK8s.ApiServer.Rest.Verbs;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Protocol.V1;

using Status = MiniK8s.Protocol.Meta.V1.Status;

namespace MiniK8s.ApiServer.Rest.Logs;

/// <summary>A container's log, fetched from the kubelet of the pod's node and passed on as it comes: in the answer's body, or over a WebSocket.</summary>
/// <remarks>A pod that has no node yet has an empty log. What the kubelet refuses is a Status; what fails later breaks the answer off.</remarks>
internal sealed class LogVerb(NodeKubelets kubelets, TimeProvider time) : IVerb
{
    private const string StatusTrailer = "minik8s-status-bin";

    public async Task<Answer> RunAsync(ResourceRequest request, CancellationToken ct)
    {
        var pod = (Pod)await request.Registry.GetAsync(request.Context, request.Namespace, request.Name, new GetOptions(), ct);
        var asked = LogParameters.Read(request.Query, pod);
        await using var output = OutputOf(request.Http, ct);
        if (pod.Spec.NodeName.Length == 0)
        {
            await output.BeginAsync(ct);
            await output.EndAsync(ct);
        }
        else
        {
            await CopyAsync(request, asked, output, ct);
        }
        return new Answer.Streamed();
    }

    private ILogOutput OutputOf(HttpContext http, CancellationToken ct) =>
        http.WebSockets.IsWebSocketRequest ? new LogSocket(http, time, ct) : new LogBody(http.Response, ct);

    private async Task CopyAsync(ResourceRequest request, ContainerLogsRequest asked, ILogOutput output, CancellationToken ct)
    {
        var (address, kubelet) = await kubelets.OfAsync(request.Context, asked.Node, ct);
        using var call = kubelet.ContainerLogs(asked, cancellationToken: output.Ended);
        try
        {
            // The first chunk decides: before it the kubelet may still refuse.
            var more = await call.ResponseStream.MoveNext(output.Ended);
            await output.BeginAsync(ct);
            for (; more; more = await call.ResponseStream.MoveNext(output.Ended))
            {
                await output.WriteAsync(call.ResponseStream.Current.Data.Memory, ct);
            }
            await output.EndAsync(ct);
        }
        catch (Exception ex) when (output.Ended.IsCancellationRequested && ex is OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled })
        {
            ct.ThrowIfCancellationRequested();
            // Else it is the WebSocket's client that has gone, as clients do who have seen enough.
        }
        catch (RpcException ex)
        {
            throw Refusal(ex, asked, address);
        }
    }

    private static ApiException Refusal(RpcException ex, ContainerLogsRequest asked, string address)
    {
        if (ex.Trailers.GetValueBytes(StatusTrailer) is { } bytes) return new(Status.Parser.ParseFrom(bytes), ex);

        return ex.StatusCode switch
        {
            StatusCode.InvalidArgument or StatusCode.FailedPrecondition or StatusCode.NotFound or StatusCode.OutOfRange =>
                StatusErrors.BadRequest(ex.Status.Detail),
            _ => StatusErrors.Unclassified(
                $"Get \"https://{address}/containerLogs/{asked.PodNamespace}/{asked.PodName}/{asked.Container}\": {ex.Status.Detail}"),
        };
    }
}
