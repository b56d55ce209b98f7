namespace MiniK8s.Store.Mvcc;

/// <summary>For how many seconds a lease may be granted; the bounds are etcd's.</summary>
internal static class LeaseTerms
{
    /// <summary>A shorter TTL, 0 and negative ones included, is raised to this: one and a half of etcd's default election timeout, rounded up.</summary>
    public const long MinTtl = 2;

    /// <summary>A longer TTL is refused.</summary>
    public const long MaxTtl = 9_000_000_000;
}
