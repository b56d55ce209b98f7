using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;

using MiniK8s.Api.Codecs;
using MiniK8s.Api.Objects;
using MiniK8s.ApiServer.Registry;
using MiniK8s.ApiServer.Rest.Answers;
using MiniK8s.ApiServer.Rest.Negotiation;
using MiniK8s.ApiServer.Rest.Routing;

namespace MiniK8s.ApiServer.Rest.Discovery;

/// <summary>The pages that say what is served: /, /version, /api, /apis and those of each group and version; and that there are no custom resources.</summary>
internal sealed class DiscoveryPages(IResourceRegistries registries)
{
    private readonly ApiKind[] _kinds = [.. registries.All.Select(registry => registry.Kind)];
    private readonly ConcurrentDictionary<(string Path, string Version), TaggedContent> _aggregated = new();

    /// <summary>Answers a path without its last slash; false where it is none of these pages.</summary>
    public async Task<bool> TryWriteAsync(HttpContext http, string path, CancellationToken ct)
    {
        if (path is "/api" or "/apis" && DiscoveryForm.AggregatedVersion(http.Request.Headers.Accept.ToString()) is { Length: > 0 } version)
        {
            await _aggregated.GetOrAdd((path, version), Aggregated).WriteAsync(http, ct);
            return true;
        }
        if (Page(http, path) is not { } page) return false;

        if (path is "/api" or "/apis") http.Response.Headers.Vary = "Accept";
        await ResponseBody.WriteAsync(http, 200, MediaTypes.Json, JsonSerializer.SerializeToUtf8Bytes(page), ct);
        return true;
    }

    private TaggedContent Aggregated((string Path, string Version) wanted)
    {
        var document = AggregatedDiscovery.Of(_kinds.Where(kind => kind.Group.Length == 0 == (wanted.Path == "/api")), wanted.Version);
        return TaggedContent.Of(DiscoveryForm.MediaType(wanted.Version), JsonSerializer.SerializeToUtf8Bytes(document));
    }

    private JsonObject? Page(HttpContext http, string path) => path switch
    {
        "" => Index(),
        "/version" => ServerVersion.Document(),
        "/api" => GroupLists.CoreVersions(_kinds, http.Request.Host.Value ?? ""),
        "/apis" => GroupLists.Groups(_kinds),
        // kubectl asks before it says that a kind is unknown, and says something else when it is not answered.
        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions" => GroupLists.NoCustomResources(),
        _ => Group(path) ?? GroupVersion(path),
    };

    private JsonObject? Group(string path)
    {
        ApiKind[] kinds = [.. _kinds.Where(kind => kind.Group.Length > 0 && path == $"/apis/{kind.Group}")];
        return kinds.Length > 0 ? GroupLists.Document(kinds) : null;
    }

    private JsonObject? GroupVersion(string path)
    {
        ApiKind[] kinds = [.. _kinds.Where(kind => path == ApiPaths.Of(kind.Group, kind.Version))];
        return kinds.Length > 0 ? ResourceLists.Of(kinds) : null;
    }

    private JsonObject Index()
    {
        string[] fixedPaths = ["/api", "/apis", "/healthz", "/livez", "/metrics", "/openapi/v2", "/openapi/v3", "/readyz", "/version"];
        var groups = _kinds.Where(kind => kind.Group.Length > 0).Select(kind => $"/apis/{kind.Group}");
        var versions = _kinds.Select(kind => ApiPaths.Of(kind.Group, kind.Version));
        return new() { ["paths"] = JsonStrings.Array(fixedPaths.Concat(groups).Concat(versions).Distinct().Order(StringComparer.Ordinal)) };
    }
}
