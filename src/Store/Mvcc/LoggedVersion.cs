using Google.Protobuf;

namespace MiniK8s.Store.Mvcc;

/// <summary>An older version that the backend may not have taken over yet, as little of it as finds the rest: 32 bytes.</summary>
/// <remarks>The place is kept rather than the version, whose object would be garbage of the costly kind: old by the time it settles.</remarks>
internal readonly struct LoggedVersion
{
    private readonly object _holder;        // IVersionHome; the KeyVersion itself where it has not been logged yet: a batch may write a key twice
    private readonly VersionPlace _place;

    /// <summary>What stays of the version.</summary>
    public LoggedVersion(KeyVersion version) =>
        (Mark, _holder, _place) = (MarkOf(version), version.Home is { } home ? home : version, version.Place);

    /// <summary>The revision that wrote the version; negative for the mark of a deletion.</summary>
    public long Mark { get; }

    /// <summary>Where the version is found by its key and revision alone, once the backend has taken it over; null before.</summary>
    public ISettledVersions? Settled => (_holder is KeyVersion version ? version.Home : (IVersionHome)_holder)?.Settled;

    /// <summary>The mark of a version.</summary>
    public static long MarkOf(KeyVersion version) => version.IsTombstone ? -version.ModRevision : version.ModRevision;

    /// <summary>Whether it is this version. A revision may write a key twice, but in two places.</summary>
    public bool Is(KeyVersion version) =>
        _holder is KeyVersion held ? ReferenceEquals(held, version) : Mark == MarkOf(version) && _place == version.Place;

    /// <summary>The version itself, read from disk unless it is held.</summary>
    /// <inheritdoc cref="OlderVersions.Get" path="/exception"/>
    public KeyVersion Get(ByteString key)
    {
        if (_holder is KeyVersion held) return held;
        var home = (IVersionHome)_holder;
        var version = new KeyVersion(Mark < 0 ? KeyHistory.Tombstone(key, -Mark) : home.Read(key, Mark, _place));
        version.SetHome(home, _place);
        return version;
    }

    /// <summary>The same, not held any more if the log has it by now.</summary>
    public LoggedVersion Released() => _holder is KeyVersion held ? new LoggedVersion(held) : this;
}
