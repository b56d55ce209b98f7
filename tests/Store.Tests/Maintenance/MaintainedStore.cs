using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Commit;
using MiniK8s.Store.Maintenance;
using MiniK8s.Store.Mvcc;
using MiniK8s.Store.Tests.Wal;
using MiniK8s.Store.Wal;
using MiniK8s.Store.Watch;

namespace MiniK8s.Store.Tests.Maintenance;

/// <summary>A store on disk that keeps no value in memory, with its pipeline, quota and maintenance. It settles by itself only once the settler was started.</summary>
internal sealed class MaintainedStore : IDisposable
{
    private readonly Task _running;

    public MaintainedStore(string path, StoreOptions options, ISegmentFiles? files = null)
    {
        Open = new OpenStore(path, options, files, store: new MvccStore());
        Pipeline = new CommitPipeline(Open.Log, Open.Store, new DeafHub(), options);
        _running = Task.Factory.StartNew(Pipeline.Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        Size = new StorageSize(Open.Log, Open.Settler);
        Quota = new SpaceQuota(Size, Open.Store, Pipeline, options);
        Defragmenter = new Defragmenter(Pipeline, Open.Settler);
    }

    public OpenStore Open { get; }

    public MvccSnapshot Current => Open.Store.Current;

    public CommitPipeline Pipeline { get; }

    public StorageSize Size { get; }

    public SpaceQuota Quota { get; }

    public Defragmenter Defragmenter { get; }

    /// <summary>A put as the KV service does it; gives the refusal.</summary>
    public async Task<string?> PutAsync(string key, int bytes, char filling = 'v')
    {
        var put = new PutRequest { Key = ByteString.CopyFromUtf8(key), Value = ByteString.CopyFromUtf8(new string(filling, bytes)) };
        return await Quota.CheckAsync(put, CancellationToken.None) is { } error ? error.Text : (await CommitAsync(put)).Error?.Text;
    }

    public Task<Outcome<IMessage>> CommitAsync(IMessage request) => Pipeline.CommitAsync(request, CancellationToken.None).AsTask().OrMissing("the answer");

    public Task<Outcome<IMessage>> CompactAsync() => CommitAsync(new CompactionRequest { Revision = Current.Revision });

    public async Task DefragmentAsync() => Assert.Null(await Defragmenter.DefragmentAsync(CancellationToken.None).OrMissing("the end of the defragmentation"));

    public void Dispose()
    {
        Pipeline.Complete();
        // A test that let the disk refuse has seen the exception already.
        _running.ContinueWith(_ => { }, TaskScheduler.Default).Wait();
        Open.Dispose();
    }

    private sealed class DeafHub : IWatchHub
    {
        public void Notify(IReadOnlyList<LogEntry> published)
        {
        }
    }
}
