using System.Threading.Channels;

using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Mvcc;
using MiniK8s.Store.Watch;

namespace MiniK8s.Store.Tests.Watch;

/// <summary>A store with watches and no disk: what is written is published and notified at once, on the caller's thread.</summary>
internal sealed class WatchWorld(StoreOptions? options = null)
{
    private readonly Lock _writing = new();

    public StoreOptions Options { get; } = options ?? new StoreOptions();

    public MvccStore Store { get; } = new();

    public WatchHub Hub { get; } = new(options ?? new StoreOptions());

    public ManualTimeProvider Time { get; } = new();

    public long Put(string key, string value = "v") => Commit(new PutRequest { Key = Bytes(key), Value = Bytes(value) });

    public long Delete(string key) => Commit(new DeleteRangeRequest { Key = Bytes(key) });

    public long Compact(long revision) => Commit(new CompactionRequest { Revision = revision });

    /// <summary>Commits the requests as one batch and gives the newest revision.</summary>
    public long Commit(params IMessage[] requests)
    {
        lock (_writing)
        {
            var batch = Store.Stage();
            foreach (var request in requests) Assert.Null(batch.Apply(request).Error);
            Store.Publish(batch);
            Hub.Notify(batch.Entries);
            return Store.Current.Revision;
        }
    }

    public Client Connect() => new(this);

    public static ByteString Bytes(string text) => ByteString.CopyFromUtf8(text);

    /// <summary>The other end of a stream; it takes responses as fast as the test lets it.</summary>
    internal sealed class Client : IAsyncDisposable
    {
        private readonly CancellationTokenSource _ended = new();
        private readonly Channel<WatchResponse> _received = Channel.CreateUnbounded<WatchResponse>();
        private readonly Task _running;
        private volatile TaskCompletionSource? _stall;

        public Client(WatchWorld world)
        {
            Stream = new WatchStream(world.Hub, world.Store, world.Options, world.Time);
            _running = Task.Run(() => Stream.RunAsync(TakeAsync, _ended.Token));
        }

        public WatchStream Stream { get; }

        /// <summary>The highest number of responses seen waiting in the outbox.</summary>
        public int MostWaiting { get; private set; }

        /// <summary>Takes nothing more until <see cref="Resume"/>.</summary>
        public void Stall() => _stall = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Resume()
        {
            var stall = _stall!;
            _stall = null;
            stall.SetResult();
        }

        public async Task AskAsync(WatchRequest request) => await Stream.ReceiveAsync(request, CancellationToken.None);

        /// <summary>Makes a watch and gives its "created".</summary>
        public async Task<WatchResponse> WatchAsync(WatchCreateRequest request)
        {
            await AskAsync(new WatchRequest { CreateRequest = request });
            return await NextAsync("created");
        }

        public Task<WatchResponse> NextAsync(string what) => _received.Reader.ReadAsync().AsTask().OrMissing(what);

        /// <summary>Responses until one of them reaches the revision; their events in order, as "key@revision" or "-key@revision".</summary>
        public async Task<List<string>> EventsThroughAsync(long revision)
        {
            var events = new List<string>();
            while (true)
            {
                var response = await NextAsync($"events up to revision {revision}, after {events.Count} events");
                events.AddRange(response.Events.Select(Name));
                if (response.Header.Revision >= revision) return events;
            }
        }

        public static string Name(Event one) =>
            $"{(one.Type == Event.Types.EventType.Delete ? "-" : "")}{one.Kv.Key.ToStringUtf8()}@{one.Kv.ModRevision}";

        /// <summary>Nothing may have come, and nothing comes before the answer to a cancel of a watch made for the purpose.</summary>
        public async Task AssertQuietAsync()
        {
            Assert.True((await WatchAsync(new WatchCreateRequest { Key = Bytes("nobody writes this") })).Created);
        }

        public async ValueTask DisposeAsync()
        {
            await _ended.CancelAsync();
            _stall?.TrySetResult();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _running.OrMissing("the end of the stream"));
            _ended.Dispose();
        }

        /// <summary>The response as a client reads it: each event is a field of the message.</summary>
        public static WatchResponse Decode(WatchMessage message)
        {
            var response = message.Head.Clone();
            foreach (var one in message.Events) response.MergeFrom(one.Bytes.Span);
            return response;
        }

        private async Task TakeAsync(WatchMessage message)
        {
            MostWaiting = int.Max(MostWaiting, Stream.Outbox.Count);
            if (_stall is { } stall) await stall.Task;
            _received.Writer.TryWrite(Decode(message));
        }
    }
}
