using MiniK8s.Api.Errors;
using MiniK8s.ApiServer.Overload;
using MiniK8s.ApiServer.Registry;
using MiniK8s.ApiServer.Rest.Answers;
using MiniK8s.ApiServer.Rest.Parameters;
using MiniK8s.ApiServer.Rest.Verbs;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ApiServer.Rest.Watching;

/// <summary>Follows a collection: sends each event as it comes, until the time is up, the client leaves or the watch cannot go on.</summary>
/// <remarks>
/// Headers go out at once, before the first event. What is refused before that is an HTTP error, except an expired resourceVersion, which
/// clients expect as an ERROR event in a stream that began well; what fails later is one in any case.
/// </remarks>
internal sealed class WatchVerb(SlowClients slow, TimeProvider time) : IVerb
{
    public async Task<Answer> RunAsync(ResourceRequest request, CancellationToken ct)
    {
        var options = Options(request);
        var first = Encoding(request, withColumns: true);
        await using var changes = request.Registry.WatchAsync(request.Context, request.Namespace, options, ct).GetAsyncEnumerator(ct);
        var next = changes.MoveNextAsync().AsTask();
        if (next.IsFaulted && !IsExpired(next.Exception)) await next;

        await using var body = slow.Body(request.Http, ct);
        try
        {
            await BeginAsync(request, first.ContentType, ct);
            await CopyAsync(body, changes, next, first);
        }
        catch (ApiException ex)
        {
            await body.WriteAsync(first.Encode(ex.Status));
            body.Flush();
        }
        return new Answer.Streamed();
    }

    private static ListOptions Options(ResourceRequest request)
    {
        var options = RequestOptions.List(request.Query);
        options.Watch = true;
        if (request.Name.Length > 0) options.FieldSelector = $"metadata.name={request.Name}";
        return options;
    }

    private static WatchEncoding Encoding(ResourceRequest request, bool withColumns) =>
        new(new(request.Kind, request.Form, request.Query.Text("includeObject")), withColumns);

    private static bool IsExpired(AggregateException? failure) => failure?.InnerException is ApiException { Code: 410 };

    private static async Task BeginAsync(ResourceRequest request, string contentType, CancellationToken ct)
    {
        AnswerWriter.SetWarnings(request);
        var response = request.Http.Response;
        response.ContentType = contentType;
        response.Headers.CacheControl = "no-cache, private";
        await response.StartAsync(ct);
        await response.BodyWriter.FlushAsync(ct);
    }

    private async Task CopyAsync(
        StreamedBody body, IAsyncEnumerator<IReadOnlyList<WatchChange>> changes, Task<bool> next, WatchEncoding first)
    {
        var rest = first with { WithColumns = false };
        var encoding = first;
        while (await next)
        {
            foreach (var change in changes.Current)
            {
                await body.WriteAsync(encoding.Encode(change, time.GetUtcNow()));
                encoding = rest;
            }
            body.Flush();
            next = changes.MoveNextAsync().AsTask();
        }
    }
}
