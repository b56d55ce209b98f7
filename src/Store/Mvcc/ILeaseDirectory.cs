namespace MiniK8s.Store.Mvcc;

/// <summary>Which leases exist, as far as a put needs to know.</summary>
internal interface ILeaseDirectory
{
    /// <summary>Whether keys can be put under the lease.</summary>
    bool Exists(long lease);
}

/// <summary>No lease at all: leases are not built yet, so a put that names one is refused with "requested lease not found".</summary>
internal sealed class NoLeases : ILeaseDirectory
{
    /// <inheritdoc />
    public bool Exists(long lease) => false;
}
