using System.Collections.Frozen;

using MiniK8s.ApiServer.Registry;
using MiniK8s.ApiServer.Registry.Scales;

namespace MiniK8s.ApiServer.Rest.Routing;

/// <summary>Which kind answers for a path.</summary>
internal sealed class ResourceRouter(IResourceRegistries registries)
{
    private const string Bindings = "bindings";

    private readonly FrozenDictionary<(string Group, string Version, string Resource), IResourceRegistry> _byResource =
        registries.All.ToFrozenDictionary(registry => (registry.Kind.Group, registry.Kind.Version, registry.Kind.Plural));

    /// <summary>The kind's registry (of a scale: one of Scales), and the path as that kind understands it; null when nothing is served there.</summary>
    public (IResourceRegistry Registry, ResourcePath Path)? Find(ResourcePath asked)
    {
        var path = Canonical(asked);
        if (!_byResource.TryGetValue((path.Group, path.Version, path.Resource), out var registry)) return null;
        if (!IsShapedFor(registry, path)) return null;
        return (path.Subresource == "scale" ? new ScaleRegistry(registry) : registry, path);
    }

    // POST .../bindings is POST .../pods/NAME/binding with the name in the body.
    private static ResourcePath Canonical(ResourcePath path) =>
        path is { Group: "", Resource: Bindings, Name: "", IsLegacyWatch: false } && path.Namespace.Length > 0
            ? path with { Resource = "pods", Subresource = "binding" }
            : path;

    private static bool IsShapedFor(IResourceRegistry registry, ResourcePath path)
    {
        var kind = registry.Kind;
        if (path.Subresource.Length > 0 && !kind.Subresources.Contains(path.Subresource)) return false;
        if (kind.Namespaced) return path.Name.Length == 0 || path.Namespace.Length > 0;
        return path.Namespace.Length == 0 || path.Resource == "namespaces";
    }
}
