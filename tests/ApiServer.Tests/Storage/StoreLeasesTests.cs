using Google.Protobuf;

using MiniK8s.ApiServer.Storage;

namespace MiniK8s.ApiServer.Tests.Storage;

public sealed class StoreLeasesTests
{
    [Fact]
    public async Task For_ObjectsOfOneLife_ShareALeaseForATwentiethOfIt()
    {
        var (store, time) = (new Grants(), new ManualTimeProvider());
        var leases = new StoreLeases(store, time);
        var hour = TimeSpan.FromHours(1);

        var first = await leases.ForAsync(hour, CancellationToken.None);
        time.Advance(TimeSpan.FromSeconds(179));
        var second = await leases.ForAsync(hour, CancellationToken.None);
        var other = await leases.ForAsync(TimeSpan.FromMinutes(1), CancellationToken.None);
        time.Advance(TimeSpan.FromSeconds(1));
        var third = await leases.ForAsync(hour, CancellationToken.None);

        Assert.Equal((1, 1, 2, 3), (first, second, other, third));
        Assert.Equal([TimeSpan.FromMinutes(63), TimeSpan.FromSeconds(63), TimeSpan.FromMinutes(63)], store.Lives);
    }

    [Fact]
    public async Task For_AfterTheWallClockWasSetBack_StillEndsOnTime()
    {
        var (store, time) = (new Grants(), new SetBackTime());
        var leases = new StoreLeases(store, time);
        var hour = TimeSpan.FromHours(1);

        await leases.ForAsync(hour, CancellationToken.None);
        time.Advance(TimeSpan.FromMinutes(3));

        Assert.Equal(2, await leases.ForAsync(hour, CancellationToken.None));
    }

    /// <summary>A store of which only leases are wanted; their ids count from 1.</summary>
    private sealed class Grants : IKeyValueStore
    {
        public List<TimeSpan> Lives { get; } = [];

        public Task<long> GrantLeaseAsync(TimeSpan timeToLive, CancellationToken ct)
        {
            Lives.Add(timeToLive);
            return Task.FromResult((long)Lives.Count);
        }

        public Task<RangePage> RangeAsync(StoreRange range, CancellationToken ct) => throw new NotSupportedException();

        public Task<WriteOutcome> PutIfUnchangedAsync(string key, long modRevision, ByteString value, long lease, ClaimChanges claims, CancellationToken ct) =>
            throw new NotSupportedException();

        public Task<WriteOutcome> DeleteIfUnchangedAsync(string key, long modRevision, ClaimChanges claims, CancellationToken ct) =>
            throw new NotSupportedException();

        public IAsyncEnumerable<StoreEvents> WatchAllAsync(long fromRevision, CancellationToken ct) => throw new NotSupportedException();

        public Task CompactAsync(long revision, CancellationToken ct) => throw new NotSupportedException();
    }

    /// <summary>A machine whose wall clock goes backwards while time passes.</summary>
    private sealed class SetBackTime : TimeProvider
    {
        private readonly ManualTimeProvider _real = new();

        public override long TimestampFrequency => _real.TimestampFrequency;

        public void Advance(TimeSpan by) => _real.Advance(by);

        public override long GetTimestamp() => _real.GetTimestamp();

        public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2030, 1, 2, 0, 0, 0, TimeSpan.Zero) - TimeSpan.FromTicks(_real.GetTimestamp() % TimeSpan.TicksPerDay);
    }
}
