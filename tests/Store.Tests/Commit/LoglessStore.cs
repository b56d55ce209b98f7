using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Commit;
using MiniK8s.Store.Mvcc;
using MiniK8s.Store.Wal;
using MiniK8s.Store.Watch;

namespace MiniK8s.Store.Tests.Commit;

/// <summary>A store with the real pipeline and nothing on disk: what the log was given is kept in a list.</summary>
internal sealed class LoglessStore : IAsyncDisposable
{
    private readonly Task _running;

    public LoglessStore()
    {
        Pipeline = new CommitPipeline(Log, Mvcc, new DeafHub(), new StoreOptions());
        _running = Task.Factory.StartNew(Pipeline.Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public MvccStore Mvcc { get; } = new();

    public CommitPipeline Pipeline { get; }

    public ListLog Log { get; } = new();

    public Task<Outcome<IMessage>> CommitAsync(IMessage request) => Pipeline.CommitAsync(request, CancellationToken.None).AsTask().OrMissing("the answer");

    public async Task PutAsync(int times)
    {
        for (var i = 0; i < times; i++) await CommitAsync(new PutRequest { Key = ByteString.CopyFromUtf8("k"), Value = ByteString.CopyFromUtf8($"{i}") });
    }

    public async ValueTask DisposeAsync()
    {
        Pipeline.Complete();
        await _running.OrMissing("the end of the pipeline");
    }

    internal sealed class ListLog : IWriteAheadLog
    {
        public List<LogEntry> Entries { get; } = [];

        public void AppendAndSync(IReadOnlyList<LogEntry> entries) => Entries.AddRange(entries);

        public void Seal()
        {
        }
    }

    private sealed class DeafHub : IWatchHub
    {
        public void Notify(IReadOnlyList<LogEntry> published)
        {
        }
    }
}
