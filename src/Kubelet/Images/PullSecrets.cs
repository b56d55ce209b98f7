using System.Text;
using System.Text.Json;

using MiniK8s.Api.Errors;
using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Kubelet.References;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Images;

/// <summary>The registry logins that a pod brings along in its imagePullSecrets [pkg/credentialprovider].</summary>
internal sealed class PullSecrets(IReferencedObjects objects, IPodEvents events)
{
    /// <summary>The logins for an image's registry, in the order of the secrets; empty when there are none. A secret that is missing or cannot be read is told as an event and passed over.</summary>
    public async Task<IReadOnlyList<Runtime.ImageAuth>> ForAsync(Pod pod, string image, CancellationToken ct)
    {
        var (logins, missing) = (new List<Runtime.ImageAuth>(), new List<string>());
        foreach (var name in pod.Spec.ImagePullSecrets.Select(reference => reference.Name).Where(name => name.Length > 0))
        {
            if (await FindAsync(pod.Metadata.Namespace, name, ct) is { } secret) logins.AddRange(LoginsOf(secret));
            else missing.Add(name);
        }
        if (missing.Count > 0)
        {
            events.Warning(
                pod, "FailedToRetrieveImagePullSecret",
                $"Unable to retrieve some image pull secrets ({string.Join(", ", missing)}); attempting to pull the image may not succeed.");
        }
        return [.. logins.Where(login => Covers(login.ServerAddress, image))];
    }

    // One that cannot be read is as good as missing: the pull may do without it, and the next attempt asks again.
    private async Task<Secret?> FindAsync(string ns, string name, CancellationToken ct)
    {
        try
        {
            return await objects.SecretAsync(ns, name, ct);
        }
        catch (ApiException)
        {
            return null;
        }
    }

    // A secret of another type, or one whose content is no such document, holds no login.
    private static IEnumerable<Runtime.ImageAuth> LoginsOf(Secret secret)
    {
        if (!secret.Data.TryGetValue(".dockerconfigjson", out var content) && !secret.Data.TryGetValue(".dockercfg", out content)) return [];
        try
        {
            using var document = JsonDocument.Parse(content.ToStringUtf8());
            var servers = document.RootElement.TryGetProperty("auths", out var auths) ? auths : document.RootElement;
            return [.. servers.EnumerateObject().Select(server => LoginOf(server.Name, server.Value))];
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            return [];
        }
    }

    private static Runtime.ImageAuth LoginOf(string server, JsonElement login)
    {
        if (!login.TryGetProperty("auth", out var auth)) return new(Text(login, "username"), Text(login, "password"), server);
        var both = Encoding.UTF8.GetString(Convert.FromBase64String(auth.GetString()!)).Split(':', 2);
        return both is [var username, var password] ? new(username, password, server) : throw new FormatException("auth is not username:password in base64");
    }

    private static string Text(JsonElement login, string name) => login.TryGetProperty(name, out var text) ? text.GetString() ?? "" : "";

    // registry.example.com, https://registry.example.com/v1/ and registry.example.com/team all cover registry.example.com/team/app:1.
    private static bool Covers(string server, string image)
    {
        var host = server.Contains("://", StringComparison.Ordinal) ? server[(server.IndexOf("://", StringComparison.Ordinal) + 3)..] : server;
        host = host.TrimEnd('/');
        foreach (var version in (string[])["/v1", "/v2"]) host = host.EndsWith(version, StringComparison.Ordinal) ? host[..^version.Length] : host;
        if (host is "index.docker.io" or "docker.io") return IsDockerHub(image);
        return image.StartsWith(host + "/", StringComparison.Ordinal);
    }

    private static bool IsDockerHub(string image)
    {
        var first = image.Split('/')[0];
        return first == "docker.io" || !image.Contains('/', StringComparison.Ordinal) || (first.IndexOfAny(['.', ':']) < 0 && first != "localhost");
    }
}
