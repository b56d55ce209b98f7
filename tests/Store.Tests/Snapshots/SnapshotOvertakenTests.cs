using Grpc.Core;

using Microsoft.Extensions.Logging.Abstractions;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.EtcdServices;
using MiniK8s.Store.Maintenance;
using MiniK8s.Store.Mvcc;
using MiniK8s.Store.Snapshots;
using MiniK8s.Store.Tests.Backend;
using MiniK8s.Store.Tests.Maintenance;

namespace MiniK8s.Store.Tests.Snapshots;

/// <summary>A snapshot of which, while it is sent, compaction gives up every value, none of them in memory.</summary>
public sealed class SnapshotOvertakenTests : IDisposable
{
    private const int Keys = 40;
    private readonly TemporaryDirectory _directory = new();
    private readonly StoreOptions _options = new() { Fsync = FsyncMode.Off, SegmentBytes = 50_000, SettledSegments = 0 };

    public static TheoryData<string> All => Backends.All;

    public void Dispose() => _directory.Dispose();

    [Theory]
    [MemberData(nameof(All))]
    public async Task Snapshot_OvertakenByACompactionThatSettles_IsWholeAndOfTheMomentItBegan(string backend)
    {
        _options.Backend = Backends.Parse(backend);
        using var store = new MaintainedStore(_directory.File("data"), _options);
        await WriteAsync(store, 'a');
        store.Open.Settle();
        var (state, hash) = (store.Current, StoreHash.OfEverything(store.Current));
        Thread? settling = null;
        var stream = new Stream(async () =>
        {
            await WriteAsync(store, 'b');
            await store.CompactAsync();
            await WriteAsync(store, 'c');
            settling = new Thread(() => store.Open.Settler.SettleNow(CancellationToken.None));
            settling.Start();
            // It waits for the snapshot; were it at work, it would get to its end.
            Assert.True(SpinWait.SpinUntil(() => settling.ThreadState is ThreadState.WaitSleepJoin or ThreadState.Stopped, Patience.Limit), "the settler neither waits nor ends");
        });
        var service = new MaintenanceService(
            store.Open.Store, store.Pipeline, store.Size, store.Open.Settler, store.Defragmenter, new ResponseHeaders(store.Open.Identity, store.Open.Store), store.Open.Identity, NullLogger<MaintenanceService>.Instance);

        await service.Snapshot(new SnapshotRequest(), stream, new Call());

        Assert.True(settling!.Join(Patience.Limit), "the settler did not go on after the snapshot");
        Assert.Empty(store.Open.Log.SealedSegments());
        Assert.Throws<VersionGoneException>(() => StoreHash.OfEverything(state));
        var file = _directory.File("a.snapshot");
        await File.WriteAllBytesAsync(file, stream.Bytes.ToArray());
        using var reader = SnapshotReader.Open(file);
        var restored = new MvccStore();
        restored.Restore(MvccSnapshot.Empty, reader.Entries());
        Assert.Equal((state.Revision, hash), (restored.Current.Revision, StoreHash.OfEverything(restored.Current)));
        Assert.Equal(32, stream.Bytes.Length % 512);
    }

    private static async Task WriteAsync(MaintainedStore store, char filling)
    {
        for (var i = 0; i < Keys; i++) Assert.Null(await store.PutAsync($"k{i:D2}", 5000, filling));
    }

    // A client that lets the store do something after the first piece.
    private sealed class Stream(Func<Task> afterFirst) : IServerStreamWriter<SnapshotResponse>
    {
        public MemoryStream Bytes { get; } = new();

        public WriteOptions? WriteOptions { get; set; }

        public async Task WriteAsync(SnapshotResponse message)
        {
            var isFirst = Bytes.Length == 0;
            message.Blob.WriteTo(Bytes);
            if (isFirst) await afterFirst();
        }

        public Task WriteAsync(SnapshotResponse message, CancellationToken cancellationToken) => WriteAsync(message);
    }

    private sealed class Call : ServerCallContext
    {
        protected override string MethodCore => "Snapshot";

        protected override string HostCore => "";

        protected override string PeerCore => "";

        protected override DateTime DeadlineCore => DateTime.MaxValue;

        protected override Metadata RequestHeadersCore => [];

        protected override CancellationToken CancellationTokenCore => CancellationToken.None;

        protected override Metadata ResponseTrailersCore => [];

        protected override Status StatusCore { get; set; }

        protected override WriteOptions? WriteOptionsCore { get; set; }

        protected override AuthContext AuthContextCore => throw new NotSupportedException();

        protected override Task WriteResponseHeadersAsyncCore(Metadata responseHeaders) => Task.CompletedTask;

        protected override ContextPropagationToken CreatePropagationTokenCore(ContextPropagationOptions? options) => throw new NotSupportedException();
    }
}
