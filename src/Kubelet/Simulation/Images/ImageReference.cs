using System.Text.RegularExpressions;

namespace MiniK8s.Kubelet.Simulation.Images;

/// <summary>
/// An image reference in its full form, as containerd normalises it: <c>nginx</c> is <c>docker.io/library/nginx:latest</c>.
/// </summary>
/// <param name="Registry">Host and port.</param>
/// <param name="Repository">The path at the registry, lower case.</param>
/// <param name="Tag">Empty if only a digest was given.</param>
/// <param name="Digest"><c>sha256:…</c> or empty.</param>
internal sealed partial record ImageReference(string Registry, string Repository, string Tag, string Digest)
{
    public string Name => $"{Registry}/{Repository}";

    /// <summary>With the tag, and the digest if there is one.</summary>
    public override string ToString() => Name + (Tag == "" ? "" : ":" + Tag) + (Digest == "" ? "" : "@" + Digest);

    /// <summary>Null if it is not a reference: upper case, bad characters, nothing at all.</summary>
    public static ImageReference? Parse(string text)
    {
        var (rest, digest) = text.Split('@', 2) is [var left, var right] ? (left, right) : (text, "");
        var slash = rest.LastIndexOf('/');
        var colon = rest.IndexOf(':', slash + 1);
        var tag = colon < 0 ? "" : rest[(colon + 1)..];
        var name = colon < 0 ? rest : rest[..colon];
        if (colon >= 0 && !TagShape().IsMatch(tag)) return null;
        if (digest != "" && !DigestShape().IsMatch(digest)) return null;

        var first = name.IndexOf('/');
        var host = first < 0 ? "" : name[..first];
        var isHost = host == "localhost" || host.Contains('.') || host.Contains(':');
        var registry = isHost ? host : "docker.io";
        if (registry == "index.docker.io") registry = "docker.io";
        var repository = isHost ? name[(first + 1)..] : name;
        if (!RepositoryShape().IsMatch(repository)) return null;
        if (registry == "docker.io" && !repository.Contains('/')) repository = "library/" + repository;
        return new ImageReference(registry, repository, tag == "" && digest == "" ? "latest" : tag, digest);
    }

    /// <summary>Why a text is neither a reference nor an image's id, as Kubernetes puts it; null if it is one.</summary>
    public static string? FaultOf(string text)
    {
        if (DigestShape().IsMatch(text) || Parse(text) is not null) return null;
        var first = text[..int.Max(0, text.IndexOf('/'))];
        var namesRegistry = first.IndexOfAny(['.', ':']) >= 0 || first == "localhost" || first.Any(char.IsUpper);
        var repository = (namesRegistry ? text[(first.Length + 1)..] : text).Split(':')[0];
        if (!namesRegistry && !repository.Contains('/')) repository = $"library/{repository}";
        return repository.Any(char.IsUpper) ? $"invalid reference format: repository name ({repository}) must be lowercase" : "invalid reference format";
    }

    [GeneratedRegex(@"^[\w][\w.-]{0,127}$")]
    private static partial Regex TagShape();

    [GeneratedRegex("^sha256:[0-9a-f]{64}$")]
    private static partial Regex DigestShape();

    [GeneratedRegex(@"^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$")]
    private static partial Regex RepositoryShape();
}
