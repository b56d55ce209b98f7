using System.Runtime.CompilerServices;
using System.Threading.Channels;

using Google.Protobuf;

using MiniK8s.Api.Errors;
using MiniK8s.ApiServer.Storage;
using MiniK8s.Protocol.Etcd;

namespace MiniK8s.ApiServer.Tests.Fakes;

/// <summary>A store in memory with etcd's rules; it can be taken away and compacted.</summary>
internal sealed class FakeKeyValueStore : IKeyValueStore
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, KeyValue> _current = new(StringComparer.Ordinal);
    private readonly List<Event> _history = [];
    private readonly List<Channel<Event>> _watches = [];
    private long _revision = 1;
    private long _compacted;
    private bool _isAway;

    /// <summary>How many watches have been opened.</summary>
    public int WatchesOpened { get; private set; }

    /// <summary>Runs before each write, for races made to measure.</summary>
    public Action? BeforeWrite { get; set; }

    public long Revision
    {
        get { lock (_gate) return _revision; }
    }

    /// <summary>Takes the store away: watches break, calls fail.</summary>
    public void GoAway()
    {
        lock (_gate)
        {
            _isAway = true;
            foreach (var watch in _watches) watch.Writer.TryComplete(StatusErrors.ServiceUnavailable("the store is away"));
            _watches.Clear();
        }
    }

    public void ComeBack()
    {
        lock (_gate) _isAway = false;
    }

    public Task<RangePage> RangeAsync(StoreRange range, CancellationToken ct)
    {
        lock (_gate)
        {
            ThrowIfAway();
            if (range.Revision > 0 && range.Revision < _compacted) throw new CompactedException(_compacted);
            var all = StateAt(range.Revision).Values
                .Where(item => InRange(item.Key.ToStringUtf8(), range)).ToList();
            var items = range.CountOnly ? [] : range.Limit > 0 ? all.Take((int)range.Limit).ToList() : all;
            return Task.FromResult(new RangePage(items, !range.CountOnly && items.Count < all.Count, all.Count, _revision, 7));
        }
    }

    public Task<WriteOutcome> PutIfUnchangedAsync(
        string key, long modRevision, ByteString value, long lease, ClaimChanges claims, CancellationToken ct)
    {
        BeforeWrite?.Invoke();
        lock (_gate)
        {
            ThrowIfAway();
            if (Refusal(key, modRevision, claims) is { } refusal) return Task.FromResult(refusal);
            _revision++;
            Apply(Event.Types.EventType.Put, key, value, lease);
            foreach (var claim in claims.Taken) Apply(Event.Types.EventType.Put, claim, ByteString.CopyFromUtf8(key), 0);
            foreach (var claim in claims.GivenBack) Apply(Event.Types.EventType.Delete, claim, ByteString.Empty, 0);
            return Task.FromResult(new WriteOutcome(true, _revision, null));
        }
    }

    public Task<WriteOutcome> DeleteIfUnchangedAsync(string key, long modRevision, ClaimChanges claims, CancellationToken ct)
    {
        BeforeWrite?.Invoke();
        lock (_gate)
        {
            ThrowIfAway();
            if (Refusal(key, modRevision, claims) is { } refusal) return Task.FromResult(refusal);
            _revision++;
            Apply(Event.Types.EventType.Delete, key, ByteString.Empty, 0);
            foreach (var claim in claims.GivenBack) Apply(Event.Types.EventType.Delete, claim, ByteString.Empty, 0);
            return Task.FromResult(new WriteOutcome(true, _revision, null));
        }
    }

    public async IAsyncEnumerable<StoreEvents> WatchAllAsync(long fromRevision, [EnumeratorCancellation] CancellationToken ct)
    {
        var channel = Channel.CreateUnbounded<Event>();
        lock (_gate)
        {
            ThrowIfAway();
            if (fromRevision <= _compacted) throw new CompactedException(_compacted);
            foreach (var change in _history.Where(change => change.Kv.ModRevision >= fromRevision)) channel.Writer.TryWrite(change);
            _watches.Add(channel);
            WatchesOpened++;
        }
        await foreach (var change in channel.Reader.ReadAllAsync(ct)) yield return new StoreEvents(change.Kv.ModRevision, [change]);
    }

    public Task<long> GrantLeaseAsync(TimeSpan timeToLive, CancellationToken ct) => Task.FromResult(1L);

    public Task CompactAsync(long revision, CancellationToken ct)
    {
        lock (_gate) _compacted = revision;
        return Task.CompletedTask;
    }

    private WriteOutcome? Refusal(string key, long modRevision, ClaimChanges claims)
    {
        _current.TryGetValue(key, out var current);
        var taken = claims.Taken.FirstOrDefault(_current.ContainsKey);
        if ((current?.ModRevision ?? 0) == modRevision && taken is null) return null;
        return new WriteOutcome(false, _revision, current, taken);
    }

    private void Apply(Event.Types.EventType type, string key, ByteString value, long lease)
    {
        var kv = new KeyValue { Key = ByteString.CopyFromUtf8(key), ModRevision = _revision, Value = value, Lease = lease };
        if (type == Event.Types.EventType.Put) _current[key] = kv;
        else _current.Remove(key);
        var change = new Event { Type = type, Kv = kv };
        _history.Add(change);
        foreach (var watch in _watches) watch.Writer.TryWrite(change);
    }

    private SortedDictionary<string, KeyValue> StateAt(long revision)
    {
        if (revision == 0 || revision >= _revision) return _current;
        var state = new SortedDictionary<string, KeyValue>(StringComparer.Ordinal);
        foreach (var change in _history.Where(change => change.Kv.ModRevision <= revision))
        {
            if (change.Type == Event.Types.EventType.Put) state[change.Kv.Key.ToStringUtf8()] = change.Kv;
            else state.Remove(change.Kv.Key.ToStringUtf8());
        }
        return state;
    }

    private static bool InRange(string key, StoreRange range) =>
        range.End.Length == 0
            ? key == range.Key
            : string.CompareOrdinal(key, range.Key) >= 0 && string.CompareOrdinal(key, range.End) < 0;

    private void ThrowIfAway()
    {
        if (_isAway) throw StatusErrors.ServiceUnavailable("the store is away");
    }
}
