using System.Threading.Channels;

using MiniK8s.Hosting.Waking;
using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Watch;

/// <summary>One client's watch stream: takes its requests and sends its responses, all from one loop.</summary>
/// <remarks>
/// Each pass does what there is to do, in this order: requests, responses in the outbox, a stretch of history for every
/// unsynced watcher, progress. One loop writes, so "created" comes before a watcher's events and nothing after its cancel.
/// </remarks>
internal sealed class WatchStream(WatchHub hub, MvccStore store, StoreOptions options, TimeProvider time)
{
    private const int RequestsInFlight = 16;
    private const int FragmentOverhead = 512 * 1024;    // etcd's: a fragment may be so much larger than a write
    private readonly Dictionary<long, Watcher> _watchers = [];
    private readonly Channel<WatchRequest> _requests = Channel.CreateBounded<WatchRequest>(RequestsInFlight);
    private readonly List<Outgoing> _taken = [];        // out of the outbox, to be sent in this pass
    private long _nextId;
    private bool _isProgressAsked;
    private int _ticks;

    /// <summary>How many of its watchers read history. Written under the hub's lock; whoever makes it more than 0 wakes the loop.</summary>
    public int Unsynced { get; set; }

    /// <summary>What the hub has for this stream.</summary>
    public Outbox Outbox { get; } = new();

    /// <summary>Hands over a client's request; waits when too many are in flight.</summary>
    public async ValueTask ReceiveAsync(WatchRequest request, CancellationToken ct)
    {
        await _requests.Writer.WriteAsync(request, ct);
        Outbox.Bell.Ring();
    }

    /// <summary>Serves the stream until cancelled. Leaves no watcher behind.</summary>
    /// <param name="send">Sends one response; completes when the transport has room for the next.</param>
    /// <param name="ct">The end of the stream.</param>
    public async Task RunAsync(Func<WatchMessage, Task> send, CancellationToken ct)
    {
        await using var ticker = time.CreateTimer(_ => Tick(), null, options.WatchProgressNotifyInterval, options.WatchProgressNotifyInterval);
        await using var ending = ct.UnsafeRegister(static bell => ((Bell)bell!).Ring(), Outbox.Bell);
        try
        {
            while (true)
            {
                ct.ThrowIfCancellationRequested();
                if (!await PassAsync(send)) await Outbox.Bell.WaitAsync();
            }
        }
        finally
        {
            foreach (var watcher in _watchers.Values) hub.Cancel(watcher);
        }
    }

    private void Tick()
    {
        Interlocked.Increment(ref _ticks);
        Outbox.Bell.Ring();
    }

    // Whether anything was done; if not, the loop waits to be woken.
    private async Task<bool> PassAsync(Func<WatchMessage, Task> send)
    {
        var isBusy = false;
        while (_requests.Reader.TryRead(out var request))
        {
            if (Handle(request) is { } answer) await send(new WatchMessage(answer, []));
            isBusy = true;
        }
        hub.TakeAll(Outbox, _taken);
        foreach (var outgoing in Outgoing.Joined(_taken))
        {
            await SendAsync(outgoing, send);
            isBusy = true;
        }
        _taken.Clear();
        if (Unsynced > 0)
        {
            foreach (var watcher in _watchers.Values.ToArray()) isBusy |= await CatchUpAsync(watcher, send);
        }
        AnnounceProgress();
        return isBusy;
    }

    private WatchResponse? Handle(WatchRequest request) => request.RequestUnionCase switch
    {
        WatchRequest.RequestUnionOneofCase.CreateRequest => Create(request.CreateRequest),
        WatchRequest.RequestUnionOneofCase.CancelRequest => Cancel(request.CancelRequest.WatchId),
        WatchRequest.RequestUnionOneofCase.ProgressRequest => AskProgress(),
        _ => null,      // a request of a later API
    };

    private WatchResponse Create(WatchCreateRequest request)
    {
        if (WatchResponses.WhyNot(request, _watchers) is { } reason) return WatchResponses.Refused(store.Current.Revision, reason);

        var id = request.WatchId;
        if (id == 0)
        {
            while (_watchers.ContainsKey(_nextId)) _nextId++;
            id = _nextId++;
        }
        var watcher = new Watcher(this, id, request);
        _watchers.Add(id, watcher);
        return WatchResponses.Created(hub.Add(watcher), id);
    }

    // Cancelling what does not exist is answered by silence, as in etcd.
    private WatchResponse? Cancel(long id) =>
        _watchers.Remove(id, out var watcher) ? WatchResponses.Cancelled(hub.Cancel(watcher), id) : null;

    private WatchResponse? AskProgress()
    {
        _isProgressAsked = true;
        return null;
    }

    private async Task SendAsync(Outgoing outgoing, Func<WatchMessage, Task> send)
    {
        if (outgoing.Watcher is null)
        {
            await send(new WatchMessage(WatchResponses.Progress(outgoing.Revision, WatchResponses.WholeStream), []));
            return;
        }
        outgoing.Watcher.SentSinceTick |= outgoing.Events.Count > 0;
        foreach (var message in WatchResponses.Of(outgoing.Watcher, outgoing.Events, outgoing.Revision, options.MaxRequestBytes + FragmentOverhead)) await send(message);
    }

    private async Task<bool> CatchUpAsync(Watcher watcher, Func<WatchMessage, Task> send)
    {
        if (hub.NextFromHistory(watcher) is not { } next) return false;

        var stretch = store.Read(snapshot => next < snapshot.CompactRevision ? null : HistoryStretch.Read(snapshot, watcher, next));
        if (stretch is null)
        {
            hub.Cancel(watcher);        // its id stays taken until the client cancels it too, as in etcd
            await send(new WatchMessage(WatchResponses.Compacted(watcher.Id, store.Current.CompactRevision), []));
            return true;
        }
        if (stretch.Events.Count > 0) await SendAsync(new Outgoing(watcher, stretch.Events, stretch.Last), send);
        hub.Advance(watcher, stretch.Last + 1);
        return true;
    }

    private void AnnounceProgress()
    {
        // With no watcher there is nobody to answer for; a watcher that is behind delays the answer until it is not.
        if (_isProgressAsked) _isProgressAsked = _watchers.Count > 0 && !hub.TryAnnounceProgress(Outbox, _watchers.Values, target: null);
        if (Interlocked.Exchange(ref _ticks, 0) == 0) return;
        foreach (var watcher in _watchers.Values)
        {
            if (watcher is { WantsProgress: true, SentSinceTick: false }) hub.TryAnnounceProgress(Outbox, [watcher], watcher);
            watcher.SentSinceTick = false;
        }
    }
}
