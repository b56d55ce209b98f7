using MiniK8s.Protocol;

namespace MiniK8s.ApiServer.Registry;

/// <summary>What a collection read gives, in key order.</summary>
/// <param name="Items">Shared objects, each with its own resourceVersion.</param>
/// <param name="ResourceVersion">The store's revision the list is true at.</param>
/// <param name="Continue">The token of the next page, "" on the last.</param>
/// <param name="RemainingItemCount">How many items follow this page; null when not known (a selector was used) or on the last page.</param>
internal sealed record ObjectList(
    IReadOnlyList<IApiObject> Items, string ResourceVersion, string Continue, long? RemainingItemCount);
