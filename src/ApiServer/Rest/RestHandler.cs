using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.ApiServer.Authorization;
using MiniK8s.ApiServer.Overload;
using MiniK8s.ApiServer.Registry;
using MiniK8s.ApiServer.Rest.Answers;
using MiniK8s.ApiServer.Rest.Discovery;
using MiniK8s.ApiServer.Rest.Negotiation;
using MiniK8s.ApiServer.Rest.OpenApi;
using MiniK8s.ApiServer.Rest.Parameters;
using MiniK8s.ApiServer.Rest.Routing;
using MiniK8s.ApiServer.Rest.Verbs;

namespace MiniK8s.ApiServer.Rest;

/// <summary>Takes a request from its path to its answer: which verb on what, may the user, do it, write it.</summary>
internal sealed class RestHandler(
    ResourceRouter router, VerbSet verbs, DiscoveryPages discovery, OpenApiPages openApi, RequestGate gate, AnswerWriter answers)
{
    /// <summary>Answers the request. Refusals are thrown as <see cref="ApiException"/>.</summary>
    /// <param name="observed">Told what the request is, as soon as that is known.</param>
    public async Task HandleAsync(HttpContext http, Action<RequestAttributes> observed, CancellationToken ct)
    {
        var path = http.Request.Path.Value ?? "/";
        if (ResourcePath.Parse(path) is { } named && router.Find(named) is { } found) await HandleAsync(http, named, found, observed, ct);
        else await HandlePageAsync(http, path, observed, ct);
    }

    private async Task HandleAsync(
        HttpContext http, ResourcePath asked, (IResourceRegistry Registry, ResourcePath Path) found, Action<RequestAttributes> observed, CancellationToken ct)
    {
        var (registry, path) = found;
        var verb = VerbTable.Of(http.Request.Method, path, registry.Kind, http.Request.Query.Flag("watch"));
        var attributes = new RequestAttributes(verb, asked.Group, asked.Resource, asked.Subresource, asked.Namespace, asked.Name)
        {
            FieldSelector = http.Request.Query.Text("fieldSelector"),
        };
        observed(attributes);
        var context = gate.Enter(http, attributes);

        OptionChecks.IncludeObject(http.Request.Query.Text("includeObject"));
        var request = new ResourceRequest(http, path, registry, context, Form(http.Request, verb, path, registry.Kind));
        var answer = await verbs.Of(verb, path).RunAsync(request, ct);
        await answers.WriteAsync(request, answer, ct);
    }

    // A log is text, whatever the client accepts, and an upgraded connection is what it was upgraded to. What is measured is JSON alone: its
    // window is a duration, which Kubernetes' protobuf has as a number, and kubectl top, which accepts both, takes JSON as well.
    private static ResponseForm Form(HttpRequest request, string verb, ResourcePath path, ApiKind kind)
    {
        var accept = request.Headers.Accept.ToString();
        return path.Subresource is "log" or "exec" or "attach" or "portforward" || MetricsKinds.All.Contains(kind) ? ResponseForm.Default
            : verb == "watch" ? ResponseForm.ForStreams(accept)
            : ResponseForm.ForObjects(accept, hasTable: !ReviewKinds.All.Contains(kind) && path.Subresource != "token");
    }

    private async Task HandlePageAsync(HttpContext http, string path, Action<RequestAttributes> observed, CancellationToken ct)
    {
        var attributes = RequestAttributes.ForPath(http.Request.Method.ToLowerInvariant(), path);
        observed(attributes);
        gate.Enter(http, attributes);

        var page = path.TrimEnd('/');
        if (!HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method)) await RefusalWriter.WriteNotFoundAsync(http, ct);
        else if (!await discovery.TryWriteAsync(http, page, ct) && !await openApi.TryWriteAsync(http, page, ct))
            await RefusalWriter.WriteNotFoundAsync(http, ct);
    }
}
