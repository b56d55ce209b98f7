using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Backend;

/// <summary>The backend as the home of the versions it has taken over from the log.</summary>
internal sealed class BackendHome(IBackend backend) : IVersionHome
{
    // A reader's accounts want a size; the place itself is found by key and revision.
    private const int MessageOverhead = 32;

    /// <inheritdoc />
    public KeyValue Read(KeyVersion version) => backend.Find(version.Key, version.ModRevision)
        ?? throw new VersionGoneException($"{backend.File} no longer holds the value of revision {version.ModRevision}: it was compacted after the read began.");

    /// <summary>The row's version, which can forget its value.</summary>
    public KeyVersion ToVersion(BackendRow row)
    {
        var version = new KeyVersion(row.Value);
        version.SetHome(this, new VersionPlace(0, row.Value.Key.Length + row.Value.Value.Length + MessageOverhead, 0));
        return version;
    }
}
