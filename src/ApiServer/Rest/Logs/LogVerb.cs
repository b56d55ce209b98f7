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

/// <summary>A container's log, fetched from the kubelet of the pod's node and passed on as it comes.</summary>
/// <remarks>A pod that has no node yet has an empty log. What the kubelet refuses is a Status; what fails later breaks the answer off.</remarks>
internal sealed class LogVerb(NodeKubelets kubelets) : IVerb
{
    private const string StatusTrailer = "minik8s-status-bin";

    public async Task<Answer> RunAsync(ResourceRequest request, CancellationToken ct)
    {
        var pod = (Pod)await request.Registry.GetAsync(request.Context, request.Namespace, request.Name, new GetOptions(), ct);
        var asked = LogParameters.Read(request.Query, pod);
        if (pod.Spec.NodeName.Length == 0) await BeginAsync(request.Http.Response, ct);
        else await CopyAsync(request, asked, ct);
        return new Answer.Streamed();
    }

    private async Task CopyAsync(ResourceRequest request, ContainerLogsRequest asked, CancellationToken ct)
    {
        var (address, kubelet) = await kubelets.OfAsync(request.Context, asked.Node, ct);
        using var call = kubelet.ContainerLogs(asked, cancellationToken: ct);
        var response = request.Http.Response;
        try
        {
            // The first chunk decides: before it the kubelet may still refuse.
            var more = await call.ResponseStream.MoveNext(ct);
            await BeginAsync(response, ct);
            for (; more; more = await call.ResponseStream.MoveNext(ct))
            {
                await response.BodyWriter.WriteAsync(call.ResponseStream.Current.Data.Memory, ct);
            }
        }
        catch (RpcException ex) when (ex.StatusCode == StatusCode.Cancelled && ct.IsCancellationRequested)
        {
            throw new OperationCanceledException(ct);
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

    private static async Task BeginAsync(HttpResponse response, CancellationToken ct)
    {
        response.ContentType = "text/plain";
        response.Headers.CacheControl = "no-cache, private";
        await response.StartAsync(ct);
        await response.BodyWriter.FlushAsync(ct);
    }
}
