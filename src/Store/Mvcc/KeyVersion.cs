using Google.Protobuf;

using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Store.Mvcc;

/// <summary>One version of one key: what is asked of it all the time, and the way to its value.</summary>
/// <remarks>
/// The value may be forgotten once it has a home on disk (see Forget) and is then read from there. The object stays for the newest version
/// of a key; the older ones shrink to their place in the log, and to a revision once the backend has them (see OlderVersions). So memory
/// grows with the number of keys, hardly with the number of versions, and not with their size.
/// </remarks>
internal sealed class KeyVersion
{
    private KeyValue? _value;
    private IVersionHome? _home;

    /// <summary>A version with its value in memory.</summary>
    public KeyVersion(KeyValue value)
    {
        (Key, CreateRevision, ModRevision) = (value.Key, value.CreateRevision, value.ModRevision);
        (Number, Lease, _value) = (value.Version, value.Lease, value);
    }

    /// <summary>The key.</summary>
    public ByteString Key { get; private set; }

    /// <summary>The revision that created the key's generation; 0 for a deletion.</summary>
    public long CreateRevision { get; }

    /// <summary>The revision that wrote this version.</summary>
    public long ModRevision { get; }

    /// <summary>1 at creation, one more with each put; 0 for a deletion.</summary>
    public long Number { get; }

    /// <summary>The lease the key hangs on; 0 for none.</summary>
    public long Lease { get; }

    /// <summary>Whether this is the mark of a deletion.</summary>
    public bool IsTombstone => Number == 0;

    /// <summary>Where on disk the value is; null before it has been logged.</summary>
    public IVersionHome? Home => _home;

    /// <summary>Where in its home the value is; what the numbers mean is the home's business.</summary>
    public VersionPlace Place { get; private set; }

    /// <summary>The whole version, from memory or from disk.</summary>
    /// <exception cref="InvalidDataException">What the disk holds is not what was written there.</exception>
    /// <exception cref="VersionGoneException">It has been compacted away meanwhile.</exception>
    public KeyValue Read()
    {
        // A reader between the two sees either the value or a home, never neither: the home is set first, the value cleared last.
        if (Volatile.Read(ref _value) is { } value) return value;
        return IsTombstone ? KeyHistory.Tombstone(Key, ModRevision) : _home!.Read(Key, ModRevision, Place);
    }

    /// <summary>The version without its value, as <c>keys_only</c> wants it.</summary>
    public KeyValue ReadWithoutValue() => new()
    {
        Key = Key,
        CreateRevision = CreateRevision,
        ModRevision = ModRevision,
        Version = Number,
        Lease = Lease,
    };

    /// <summary>Takes another copy of the same bytes for its key: one for all versions of a key. The writer (or recovery) only, before the version is published.</summary>
    public void ShareKey(ByteString key) => Key = key;

    /// <summary>Says where on disk the value is. The writer (or recovery) only, once, before the version is published.</summary>
    public void SetHome(IVersionHome home, VersionPlace place) => (_home, Place) = (home, place);

    /// <summary>Lets go of the value in memory if it can be read again.</summary>
    public void Forget()
    {
        if (_home is not null) Volatile.Write(ref _value, null);
    }
}

/// <summary>Where in its home a version is.</summary>
/// <param name="Offset">Offset in bytes of its message in the file.</param>
/// <param name="Length">Length of the message in bytes.</param>
/// <param name="Checksum">CRC-32C of the message.</param>
internal readonly record struct VersionPlace(int Offset, int Length, uint Checksum);

/// <summary>Something on disk that holds versions: a segment of the log, or the backend.</summary>
internal interface IVersionHome
{
    /// <summary>Reads a version again, no tombstone. Any thread; reads a few hundred bytes, as a rule from the system's page cache.</summary>
    /// <exception cref="InvalidDataException">What is there is not this version any more; names the file.</exception>
    /// <exception cref="VersionGoneException">It has been compacted away.</exception>
    KeyValue Read(ByteString key, long revision, VersionPlace place);

    /// <summary>The backend, once it holds all that is here; null before.</summary>
    ISettledVersions? Settled { get; }
}
