using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

using MiniK8s.ClusterKit;

namespace MiniK8s.Cluster.Tests.Histories;

/// <summary>One thing that is done to a scene's Pod: <c>when &lt;condition&gt; => &lt;verb&gt;</c>.</summary>
/// <param name="Condition">Words of an update or an event that comes after the last action's.</param>
/// <param name="Words">
/// <c>delete</c>, <c>delete grace=n</c>, <c>create &lt;kind, plural&gt; {…}</c>, <c>patch {…}</c> (the Pod, strategically), <c>patch status {…}</c>.
/// </param>
internal sealed partial record SceneAction(string Condition, string Words)
{
    public static SceneAction Parse(string line) => Form().Match(line) is { Success: true } match
        ? new SceneAction(match.Groups[1].Value, match.Groups[2].Value)
        : throw new FormatException($"No action: {line}");

    public override string ToString() => $"when {Condition} => {Words}";

    /// <summary>Does it; the apiserver's refusal is an exception.</summary>
    public async Task DoAsync(RestClient api, string ns)
    {
        var (method, path, body, contentType) = Request();
        var answer = await api.SendAsync(method, $"/api/v1/namespaces/{ns}/{path}", Encoding.UTF8.GetBytes(body), contentType);
        if (answer.Code >= 300) throw new InvalidOperationException($"{this}: {answer.Code} {answer.Body}");
    }

    private (HttpMethod Method, string Path, string Body, string ContentType) Request()
    {
        const string pod = "pods/p";
        const string json = "application/json";
        const string patch = "application/strategic-merge-patch+json";
        string[] words = Words.Split(' ', 3);
        return words switch
        {
            ["delete"] => (HttpMethod.Delete, pod, "{}", json),
            ["delete", var grace] when grace.StartsWith("grace=", StringComparison.Ordinal) =>
                (HttpMethod.Delete, pod, new JsonObject { ["gracePeriodSeconds"] = int.Parse(grace[6..]) }.ToJsonString(), json),
            ["create", var kind, var body] => (HttpMethod.Post, kind, body, json),
            ["patch", "status", var body] => (HttpMethod.Patch, $"{pod}/status", body, patch),
            ["patch", ..] => (HttpMethod.Patch, pod, Words[(words[0].Length + 1)..], patch),
            _ => throw new FormatException($"No such verb: {Words}"),
        };
    }

    [GeneratedRegex("^when (.+?) => (.+)$")]
    private static partial Regex Form();
}
