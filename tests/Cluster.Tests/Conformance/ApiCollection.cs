using System.Text;
using System.Text.Json.Nodes;

using MiniK8s.Api.Objects;
using MiniK8s.ClusterKit;

namespace MiniK8s.Cluster.Tests.Conformance;

/// <summary>One kind's objects, in one namespace or all, and the verbs on them; a refusal is thrown as <see cref="ApiRefusal"/>.</summary>
/// <param name="Path">Such as <c>/api/v1/namespaces/team/pods</c>.</param>
internal sealed record ApiCollection(RestClient Rest, string Path)
{
    public const string JsonPatch = "application/json-patch+json";
    public const string MergePatch = "application/merge-patch+json";
    public const string StrategicMergePatch = "application/strategic-merge-patch+json";
    public const string ApplyPatch = "application/apply-patch+yaml";

    /// <summary>A kind's objects; "" is all namespaces, or the only place for a kind without.</summary>
    public static ApiCollection Of(RestClient rest, string plural, string ns = "")
    {
        var kind = ApiKinds.All.First(each => each.Plural == plural);
        return new(rest, $"{(kind.Group.Length == 0 ? "/api/v1" : $"/apis/{kind.ApiVersion}")}{(ns.Length == 0 ? "" : $"/namespaces/{ns}")}/{plural}");
    }

    public Task<JsonNode> CreateAsync(string json, string query = "") => SendAsync(HttpMethod.Post, Path + query, json);

    public Task<JsonNode> GetAsync(string name, string subresource = "") => SendAsync(HttpMethod.Get, Of(name, subresource));

    /// <summary>The object, or null when it is gone.</summary>
    public async Task<JsonNode?> FindAsync(string name)
    {
        try
        {
            return await GetAsync(name);
        }
        catch (ApiRefusal refusal) when (refusal.Code == 404)
        {
            return null;
        }
    }

    public Task<JsonNode> ListAsync(string query = "") => SendAsync(HttpMethod.Get, Path + query);

    /// <summary>The items that labels select.</summary>
    public async Task<IReadOnlyList<JsonNode>> SelectAsync(string labels) => [.. (await ListAsync($"?labelSelector={Uri.EscapeDataString(labels)}")).Items()];

    public Task<JsonNode> UpdateAsync(JsonNode obj, string subresource = "") => SendAsync(HttpMethod.Put, Of(obj.Name(), subresource), obj.ToJsonString());

    public Task<JsonNode> PatchAsync(string name, string patch, string type = StrategicMergePatch, string subresource = "", string query = "") =>
        SendAsync(HttpMethod.Patch, Of(name, subresource) + query, patch, type);

    /// <summary>Server-side apply.</summary>
    public Task<JsonNode> ApplyAsync(string name, string manager, string configuration, bool force = false, string subresource = "", string query = "") =>
        PatchAsync(name, configuration, ApplyPatch, subresource, $"?fieldManager={manager}{(force ? "&force=true" : "")}{query}");

    /// <param name="options">DeleteOptions; "" for none.</param>
    public Task<JsonNode> DeleteAsync(string name, string options = "") => SendAsync(HttpMethod.Delete, Of(name), options);

    public Task<JsonNode> DeleteCollectionAsync(string labels, string options = "") =>
        SendAsync(HttpMethod.Delete, $"{Path}?labelSelector={Uri.EscapeDataString(labels)}", options);

    /// <summary>A watch that stands when this returns.</summary>
    /// <param name="query">Further parameters, without the first <c>&amp;</c>.</param>
    public Task<ApiWatch> WatchAsync(string query) => ApiWatch.OpenAsync(Rest, $"{Path}?watch=1&{query}");

    /// <summary>Asks until the object is as it should be.</summary>
    public Task<JsonNode> UntilAsync(string name, Func<JsonNode, bool> fits, string what) =>
        Eventually.GetAsync(() => FindAsync(name), fits, $"{Path}/{name} {what}");

    public Task UntilGoneAsync(string name) => Eventually.TrueAsync(async () => await FindAsync(name) is null, $"{Path}/{name} is gone");

    private string Of(string name, string subresource = "") => $"{Path}/{name}{(subresource.Length == 0 ? "" : $"/{subresource}")}";

    private async Task<JsonNode> SendAsync(HttpMethod method, string path, string body = "", string contentType = "application/json")
    {
        var answer = await Rest.SendAsync(method, path, body.Length == 0 ? null : Encoding.UTF8.GetBytes(body), contentType);
        return answer.Code < 300 ? JsonNode.Parse(answer.Body)! : throw new ApiRefusal(answer);
    }
}

/// <summary>An answer that is a failure.</summary>
internal sealed class ApiRefusal(RestAnswer answer) : Exception($"{answer.Code}: {answer.Body}")
{
    public int Code => answer.Code;

    /// <summary>The Status; null where the body is none.</summary>
    public JsonNode? Status => answer.Body.StartsWith('{') ? JsonNode.Parse(answer.Body) : null;

    public string Reason => Status.Text("reason");

    public string Text => Status.Text("message");

    /// <summary>The refusal that a call must end with.</summary>
    public static Task<ApiRefusal> OfAsync(Func<Task> call) => Assert.ThrowsAsync<ApiRefusal>(call);
}
