using MiniK8s.Protocol;

namespace MiniK8s.ApiServer.WatchCache;

/// <summary>Which objects of a kind a list or watch is about.</summary>
/// <param name="KeyPrefix">All of the kind, or one namespace; ends with a slash.</param>
/// <param name="Matches">The label and field selectors; null selects all.</param>
internal sealed record Selection(string KeyPrefix, Func<IApiObject, bool>? Matches)
{
    /// <summary>Where the kind has an indexed field: the one value of it that can match, or null for any.</summary>
    public string? IndexValue { get; init; }

    /// <summary>Whether an object is meant.</summary>
    public bool Includes(CachedObject item) =>
        item.Key.StartsWith(KeyPrefix, StringComparison.Ordinal) && (Matches is null || Matches(item.Object));
}
