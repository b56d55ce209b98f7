namespace MiniK8s.ApiServer.Storage;

/// <summary>Which keys to read.</summary>
/// <param name="Key">The first key.</param>
/// <param name="End">The key to stop before; "" reads the one key only.</param>
internal sealed record StoreRange(string Key, string End)
{
    /// <summary>At most so many items; 0 is no limit.</summary>
    public long Limit { get; init; }

    /// <summary>The state as of this revision; 0 is the newest.</summary>
    public long Revision { get; init; }

    /// <summary>Only the number of keys and the store's revision.</summary>
    public bool CountOnly { get; init; }

    /// <summary>One key.</summary>
    public static StoreRange One(string key) => new(key, "");

    /// <summary>All keys that begin with a prefix.</summary>
    public static StoreRange Prefix(string prefix) => new(prefix, EndOf(prefix));

    /// <summary>The first key behind all that begin with the prefix.</summary>
    public static string EndOf(string prefix) => prefix[..^1] + (char)(prefix[^1] + 1);
}
