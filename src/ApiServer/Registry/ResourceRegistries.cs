using System.Collections.Frozen;

using MiniK8s.Api.Objects;

namespace MiniK8s.ApiServer.Registry;

/// <summary>Every kind that is served.</summary>
internal sealed class ResourceRegistries : IResourceRegistries
{
    private readonly FrozenDictionary<ApiKind, IResourceRegistry> _byKind;

    /// <summary>The given kinds.</summary>
    public ResourceRegistries(IEnumerable<IResourceRegistry> registries)
    {
        All = [.. registries];
        _byKind = All.ToFrozenDictionary(registry => registry.Kind);
    }

    /// <inheritdoc/>
    public IReadOnlyList<IResourceRegistry> All { get; }

    /// <inheritdoc/>
    public IResourceRegistry Of(ApiKind kind) => _byKind[kind];
}
