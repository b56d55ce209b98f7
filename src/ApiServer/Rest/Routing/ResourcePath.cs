namespace MiniK8s.ApiServer.Rest.Routing;

/// <summary>What a path under <c>/api/V</c> or <c>/apis/G/V</c> names.</summary>
/// <remarks>
/// /api/v1/nodes                        | nodes, all of them
/// /api/v1/nodes/a/status               | the status of node a
/// /api/v1/namespaces/ns                | the namespace ns
/// /api/v1/namespaces/ns/status         | its status (finalize likewise)
/// /api/v1/namespaces/ns/pods/p/log     | the log of pod p
/// /api/v1/watch/namespaces/ns/pods     | the older form of a watch
/// </remarks>
/// <param name="Group">"" is the core group.</param>
/// <param name="Namespace">"" where the path has none.</param>
/// <param name="Name">"" for a collection.</param>
/// <param name="Subresource">"" for the object itself.</param>
/// <param name="IsLegacyWatch">The path has <c>/watch/</c> in front of the resource.</param>
internal sealed record ResourcePath(
    string Group, string Version, string Resource, string Namespace = "", string Name = "", string Subresource = "", bool IsLegacyWatch = false)
{
    private const string Namespaces = "namespaces";

    /// <summary>Reads a path; null for one that names no resource: too short, too long, or elsewhere.</summary>
    public static ResourcePath? Parse(string path)
    {
        string[] parts = [.. path.Split('/').Skip(1)];
        return parts switch
        {
            ["api", var version, .. var rest] => Parse("", version, rest),
            ["apis", var group, var version, .. var rest] when group.Length > 0 => Parse(group, version, rest),
            _ => null,
        };
    }

    private static ResourcePath? Parse(string group, string version, string[] parts)
    {
        if (parts is [.. var most, ""]) parts = most;
        if (parts.Length == 0 || parts.Any(part => part.Length == 0)) return null;
        if (parts is ["watch", .. var watched]) return ParseResource(group, version, watched) is { } path ? path with { IsLegacyWatch = true } : null;
        return ParseResource(group, version, parts);
    }

    private static ResourcePath? ParseResource(string group, string version, string[] parts) => parts switch
    {
        [Namespaces, var name, "status" or "finalize"] => new(group, version, Namespaces, name, name, parts[2]),
        [Namespaces, var name] => new(group, version, Namespaces, name, name),
        [Namespaces, var ns, var resource] => new(group, version, resource, ns),
        [Namespaces, var ns, var resource, var name] => new(group, version, resource, ns, name),
        [Namespaces, var ns, var resource, var name, var subresource] => new(group, version, resource, ns, name, subresource),
        [var resource] => new(group, version, resource),
        [var resource, var name] => new(group, version, resource, "", name),
        [var resource, var name, var subresource] => new(group, version, resource, "", name, subresource),
        _ => null,
    };
}
