using System.Collections.Concurrent;
using System.Threading.Channels;

using Grpc.Core;

using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Store.Tests.Processes;

/// <summary>One watch stream to one server: what the driver asks, and everything that comes back, sorted by watch.</summary>
/// <param name="server">The server.</param>
/// <param name="isExact">Whether announced progress is held to its promise: no event at or below it comes later, and it never falls.</param>
internal sealed class EtcdWatches(ServerProcess server, bool isExact) : IAsyncDisposable
{
    private readonly AsyncDuplexStreamingCall<WatchRequest, WatchResponse> _call = server.Watch.Watch();
    private readonly Channel<WatchResponse> _controls = Channel.CreateUnbounded<WatchResponse>();
    private readonly ConcurrentDictionary<long, SeenWatch> _watches = new();
    private Task _reading = Task.CompletedTask;

    /// <summary>Progress announcements seen.</summary>
    public int Announcements { get; private set; }

    /// <summary>Why reading ended; null while it goes on.</summary>
    public Exception? Fault => _reading.Exception;

    public void Start() => _reading = Task.Run(ReadAsync);

    /// <summary>Sends a create or cancel and gives the response to it, without who answered.</summary>
    public async Task<WatchResponse> AskAsync(WatchRequest request)
    {
        await _call.RequestStream.WriteAsync(request);
        var answer = await await Task.WhenAny(_controls.Reader.ReadAsync().AsTask(), ReadFaultAsync()).OrMissing($"the answer to {request}");
        return EtcdAnswers.Anonymous(answer);
    }

    /// <summary>Sends what has no answer of its own.</summary>
    public Task TellAsync(WatchRequest request) => _call.RequestStream.WriteAsync(request);

    /// <summary>What came for the watch that has this id now, or had it last.</summary>
    public SeenWatch Of(long id) => _watches[id];

    public async ValueTask DisposeAsync()
    {
        _call.Dispose();
        await _reading.ContinueWith(_ => { }, TaskScheduler.Default);
    }

    private async Task<WatchResponse> ReadFaultAsync()
    {
        await _reading;
        throw new InvalidOperationException("the watch stream ended");
    }

    private async Task ReadAsync()
    {
        await foreach (var response in _call.ResponseStream.ReadAllAsync()) Take(response);
    }

    private void Take(WatchResponse response)
    {
        if (response.Created && !response.Canceled) _watches[response.WatchId] = new SeenWatch();
        if (response.Created || (response.Canceled && response.CompactRevision == 0))
        {
            if (response.Canceled && !response.Created) _watches[response.WatchId].End();
            _controls.Writer.TryWrite(response);
            return;
        }
        if (response.WatchId == -1 || response.Events.Count == 0) Announcements += response.Canceled ? 0 : 1;
        foreach (var watch in response.WatchId == -1 ? _watches.Values : [_watches[response.WatchId]]) watch.Take(response, isExact);
    }
}

/// <summary>Everything one watch has delivered. Filled by the stream's reader, read by the driver.</summary>
internal sealed class SeenWatch
{
    private readonly Lock _gate = new();        // guards everything below
    private readonly List<Event> _events = [];
    private long _progress;
    private bool _isOver;
    private bool _isFragmentOpen;

    /// <summary>How many events came so far.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _events.Count;
        }
    }

    /// <summary>The revision of the last event; 1 before the first.</summary>
    public long LastRevision
    {
        get
        {
            lock (_gate) return _events is [.., var last] ? last.Kv.ModRevision : 1;
        }
    }

    /// <summary>The compact revision with which it was cancelled; 0 when it was not.</summary>
    public long CompactRevision { get; private set; }

    /// <summary>The events from a position on, in order.</summary>
    public List<Event> From(int position)
    {
        lock (_gate) return _events[position..];
    }

    /// <summary>Nothing may follow.</summary>
    public void End()
    {
        lock (_gate) _isOver = true;
    }

    public void Take(WatchResponse response, bool isExact)
    {
        lock (_gate)
        {
            if (response.WatchId == -1 && _isOver) return;
            if (_isOver) Assert.Fail($"something follows the end of a watch: {response}");
            if (response.CompactRevision != 0) (CompactRevision, _isOver) = (response.CompactRevision, true);
            if (isExact) CheckPromises(response);
            _events.AddRange(response.Events);
        }
    }

    private void CheckPromises(WatchResponse response)
    {
        if (BrokenPromise(response) is { } broken) Assert.Fail($"{broken}: {response}");
        _isFragmentOpen = response.Fragment;
        if (response.Events.Count == 0 && response.CompactRevision == 0) _progress = response.Header.Revision;
    }

    // Null of one that keeps them all.
    private string? BrokenPromise(WatchResponse response)
    {
        if (response.Events.Count == 0) return response.CompactRevision == 0 && response.Header.Revision < _progress ? $"progress fell from {_progress}" : null;
        if (response.Events.Any(one => one.Kv.ModRevision <= _progress)) return $"progress {_progress} was announced before an event";
        if (response.Header.Revision < response.Events[^1].Kv.ModRevision) return "a header behind its events";
        // A revision comes whole, unless in fragments.
        return _events.Count > 0 && !_isFragmentOpen && response.Events[0].Kv.ModRevision <= _events[^1].Kv.ModRevision ? "a revision in two parts" : null;
    }
}
