using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Backend;

/// <summary>The backend as the home of the versions it has taken over from the log.</summary>
internal sealed class BackendHome(IBackend backend) : IVersionHome, ISettledVersions
{
    // A reader's accounts want a size; the place itself is found by key and revision.
    private const int MessageOverhead = 32;

    /// <inheritdoc />
    public ISettledVersions Settled => this;

    /// <inheritdoc />
    public KeyValue Read(ByteString key, long revision, VersionPlace place) => ReadRow(key, revision);

    /// <inheritdoc />
    public KeyVersion Find(ByteString key, long revision) => ToVersion(ReadRow(key, revision));

    /// <summary>The row's version, which can forget its value.</summary>
    public KeyVersion ToVersion(KeyValue row)
    {
        var version = new KeyVersion(row);
        version.SetHome(this, new VersionPlace(0, row.Key.Length + row.Value.Length + MessageOverhead, 0));
        return version;
    }

    private KeyValue ReadRow(ByteString key, long revision) => backend.Find(key, revision)
        ?? throw new VersionGoneException($"{backend.File} no longer holds the value of revision {revision}: it was compacted after the read began.");
}
