using MiniK8s.Protocol;

namespace MiniK8s.Client.Resources;

/// <summary>A collection, or a page of one, as it was at one moment.</summary>
/// <param name="Items">The objects.</param>
/// <param name="ResourceVersion">That moment: a watch from here misses nothing.</param>
/// <param name="Continue">The token for the next page; "" on the last.</param>
public sealed record ResourceList<T>(IReadOnlyList<T> Items, string ResourceVersion, string Continue)
    where T : class, IApiObject;
