using System.Collections.Immutable;

using Google.Protobuf;

namespace MiniK8s.Store.Mvcc;

/// <summary>A lease that was granted and has not ended.</summary>
/// <param name="Id">Its id; never 0.</param>
/// <param name="Ttl">Seconds for which it lives after each sign of life.</param>
/// <param name="Keys">The keys that go when it ends, in key order.</param>
internal sealed record GrantedLease(long Id, long Ttl, ImmutableSortedSet<ByteString> Keys);

/// <summary>The leases of one moment, with the keys that hang on each. Immutable: every change makes a new table.</summary>
/// <remarks>
/// How long a lease still has is not in here: deadlines belong to the process that runs (see Leases/), and start afresh with it.
/// A key hangs on a lease exactly when its newest value names it, so the keys can be found again from the values alone.
/// </remarks>
internal sealed class LeaseTable
{
    private static readonly ImmutableSortedSet<ByteString> NoKeys =
        ImmutableSortedSet.Create<ByteString>(Comparer<ByteString>.Create(Mvcc.Keys.Compare));

    private readonly ImmutableDictionary<long, GrantedLease> _leases;

    private LeaseTable(ImmutableDictionary<long, GrantedLease> leases) => _leases = leases;

    /// <summary>No lease at all.</summary>
    public static LeaseTable Empty { get; } = new(ImmutableDictionary<long, GrantedLease>.Empty);

    /// <summary>How many there are.</summary>
    public int Count => _leases.Count;

    /// <summary>All of them, in no order.</summary>
    public IEnumerable<GrantedLease> All => _leases.Values;

    /// <summary>The lease of this id; null when there is none.</summary>
    public GrantedLease? Find(long id) => _leases.GetValueOrDefault(id);

    /// <summary>The table with a lease more, no keys on it. One of the same id is replaced.</summary>
    public LeaseTable With(long id, long ttl) => new(_leases.SetItem(id, new GrantedLease(id, ttl, NoKeys)));

    /// <summary>The table without a lease; this one when it is not there.</summary>
    public LeaseTable Without(long id) => _leases.ContainsKey(id) ? new(_leases.Remove(id)) : this;

    /// <summary>The table with a key moved from one lease to another. 0 is no lease; a lease that does not exist is passed over.</summary>
    public LeaseTable Moved(ByteString key, long from, long to) =>
        from == to ? this : Changed(from, keys => keys.Remove(key)).Changed(to, keys => keys.Add(key));

    /// <summary>The same leases, on each exactly those of the live values that name it.</summary>
    public LeaseTable WithKeysOf(IEnumerable<KeyVersion> live)
    {
        var keys = live.Where(value => value.Lease != 0).ToLookup(value => value.Lease, value => value.Key);
        return new(_leases.ToImmutableDictionary(pair => pair.Key, pair => pair.Value with { Keys = NoKeys.Union(keys[pair.Key]) }));
    }

    private LeaseTable Changed(long id, Func<ImmutableSortedSet<ByteString>, ImmutableSortedSet<ByteString>> change) =>
        id != 0 && Find(id) is { } lease ? new(_leases.SetItem(id, lease with { Keys = change(lease.Keys) })) : this;
}
