using MiniK8s.Api.Objects;

namespace MiniK8s.ApiServer.Registry;

/// <summary>Every kind that is served.</summary>
internal interface IResourceRegistries
{
    /// <summary>All kinds, in the order they were registered.</summary>
    IReadOnlyList<IResourceRegistry> All { get; }

    /// <summary>The registry of one kind; throws <see cref="KeyNotFoundException"/> for a kind that is not served.</summary>
    IResourceRegistry Of(ApiKind kind);
}
