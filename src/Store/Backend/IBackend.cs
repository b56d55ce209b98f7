using Google.Protobuf;

using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Store.Backend;

/// <summary>A database file that holds what the log's settled segments said, so that those segments can go.</summary>
/// <remarks>
/// Rows and items are kept as given; what goes in and out is <see cref="Settlement"/>'s business. One thread at a time, but for <see cref="Find"/>. Changes happen between
/// <see cref="Begin"/> and <see cref="Commit"/>, on one thread, and are in the file wholly or not at all, whenever the power goes.
/// Every method throws <see cref="IOException"/> when the disk refuses and <see cref="InvalidDataException"/> when the file makes no sense.
/// </remarks>
internal interface IBackend : IDisposable
{
    /// <summary>What an operator calls it: SQLite, LiteDB.</summary>
    string Name { get; }

    /// <summary>The path of the file.</summary>
    string File { get; }

    /// <summary>Length of the file.</summary>
    long FileBytes { get; }

    /// <summary>Length of the file but for pages that are free to be written again.</summary>
    long UsedBytes { get; }

    /// <summary>The one line about the whole; null in a file that nothing was ever committed to.</summary>
    BackendMeta? ReadMeta();

    /// <summary>Every row, by id, each compared with its checksum.</summary>
    IEnumerable<BackendRow> ReadRows();

    /// <summary>Leases and alarms, each compared with its checksum.</summary>
    IEnumerable<BackendItem> ReadItems();

    /// <summary>What compaction needs to know of at most <paramref name="limit"/> rows, by id, from this id on.</summary>
    List<RowStub> ReadStubs(long from, int limit);

    /// <summary>The version of the key that the revision wrote; null when it is not here, or not here any more. Any thread, also while a transaction runs.</summary>
    KeyValue? Find(ByteString key, long revision);

    /// <summary>Starts a transaction.</summary>
    void Begin();

    /// <summary>Adds a row; ids only ever rise.</summary>
    void Insert(BackendRow row, uint checksum);

    /// <summary>Removes a row; gives the checksum it bore, null when there is none.</summary>
    uint? Delete(long id);

    /// <summary>Adds an item; there is none of this kind and id.</summary>
    void Insert(BackendItem item, uint checksum);

    /// <summary>Removes an item; gives the checksum it bore, null when there is none.</summary>
    uint? Delete(BackendItemKind kind, long id);

    /// <summary>Replaces the line about the whole.</summary>
    void Write(BackendMeta meta);

    /// <summary>Ends the transaction; when this returns, it is on the disk, synced.</summary>
    void Commit();

    /// <summary>Undoes the transaction, if one runs.</summary>
    void Rollback();

    /// <summary>Gives the free pages back to the file system. Outside a transaction.</summary>
    void Defragment();
}
