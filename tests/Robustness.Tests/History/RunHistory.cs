using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Robustness.Tests.History;

/// <summary>A history, its lines sorted by kind: all that a verdict is made from.</summary>
internal sealed class RunHistory
{
    /// <summary>Sorts the lines. Within a kind their order stays; the log's is the log's.</summary>
    public RunHistory(IEnumerable<HistoryLine> lines)
    {
        var all = lines.ToList();
        Calls = [.. all.OfType<CallLine>().OrderBy(call => call.Start)];
        Log = [.. all.OfType<LogLine>()];
        Faults = [.. all.OfType<FaultLine>()];
        var starts = all.OfType<ProcessStartLine>().OrderBy(start => start.At).ToList();
        (Launches, Starts) = ([.. starts.Select(start => start.Launched)], [.. starts.Select(start => start.At)]);
        Ends = [.. all.OfType<ProcessEndLine>().Select(end => end.At).Order()];
        Watches = WatchTrack.From(all);
    }

    /// <summary>Every call, by start.</summary>
    public IReadOnlyList<CallLine> Calls { get; }

    /// <summary>The server's own log.</summary>
    public IReadOnlyList<LogLine> Log { get; }

    /// <summary>What was done to the server.</summary>
    public IReadOnlyList<FaultLine> Faults { get; }

    /// <summary>When each process of the server was launched; as many as <see cref="Starts"/>.</summary>
    public IReadOnlyList<long> Launches { get; }

    /// <summary>When each process of the server was found ready.</summary>
    public IReadOnlyList<long> Starts { get; }

    /// <summary>When a process of the server was found ended.</summary>
    public IReadOnlyList<long> Ends { get; }

    /// <summary>Every watch that was asked for.</summary>
    public IReadOnlyList<WatchTrack> Watches { get; }

    /// <summary>Whether the log says when leases ended; a log made up from a watch does not.</summary>
    public bool LogHasLeases => Log.Any(line => line is LogGrantLine or LogRevokeLine);
}

/// <summary>One watch: its request, and what came for it, responses to its whole stream included.</summary>
internal sealed class WatchTrack(long stream, WatchCreateRequest request, long askedAt, IReadOnlyDictionary<long, long> cancels)
{
    /// <summary>The stream that carried it.</summary>
    public long Stream { get; } = stream;

    /// <summary>What was asked for.</summary>
    public WatchCreateRequest Request { get; } = request;

    /// <summary>When it was asked for.</summary>
    public long AskedAt { get; } = askedAt;

    /// <summary>Its id on the stream, once created.</summary>
    public long Id { get; private set; }

    /// <summary>The answer to the request; null when none came.</summary>
    public WatchResponse? Created { get; private set; }

    /// <summary>When the answer had come.</summary>
    public long CreatedAt { get; private set; }

    /// <summary>When the client asked to cancel it; null when it did not.</summary>
    public long? CancelAskedAt => cancels.TryGetValue(Id, out var at) ? at : null;

    /// <summary>What came after the creation, in order.</summary>
    public List<StreamResponseLine> Responses { get; } = [];

    /// <summary>Names it in messages.</summary>
    public override string ToString() => $"watch {Id} of stream {Stream} (keys {Range(Request)}, start {Request.StartRevision})";

    /// <summary>Groups the lines of streams by watch: answers to creation come in the order of the requests.</summary>
    public static List<WatchTrack> From(IEnumerable<HistoryLine> lines)
    {
        var all = new List<WatchTrack>();
        var streams = new Dictionary<long, StreamTrack>();
        StreamTrack Track(long stream) => streams.TryGetValue(stream, out var track) ? track : streams[stream] = new StreamTrack();
        foreach (var line in lines)
        {
            if (line is StreamRequestLine request) Take(Track(request.Stream), request, all);
            if (line is StreamResponseLine response) Take(Track(response.Stream), response);
        }
        return all;
    }

    private static void Take(StreamTrack stream, StreamRequestLine line, List<WatchTrack> all)
    {
        if (line.Request.CreateRequest is { } create)
        {
            var watch = new WatchTrack(line.Stream, create, line.At, stream.Cancels);
            stream.Asked.Enqueue(watch);
            all.Add(watch);
        }
        if (line.Request.CancelRequest is { } cancel) stream.Cancels.TryAdd(cancel.WatchId, line.At);
    }

    private static void Take(StreamTrack stream, StreamResponseLine line)
    {
        var response = line.Response;
        if (response.Created && stream.Asked.TryDequeue(out var created))
        {
            (created.Created, created.CreatedAt, created.Id) = (response, line.At, response.WatchId);
            if (!response.Canceled) stream.ById[response.WatchId] = created;
            return;
        }
        if (response.WatchId == -1) foreach (var watch in stream.ById.Values) watch.Responses.Add(line);
        else if (stream.ById.TryGetValue(response.WatchId, out var watch)) watch.Responses.Add(line);
    }

    private static string Range(WatchCreateRequest request) => request.RangeEnd.IsEmpty
        ? $"\"{request.Key.ToStringUtf8()}\""
        : $"[\"{request.Key.ToStringUtf8()}\", \"{request.RangeEnd.ToStringUtf8()}\")";

    private sealed class StreamTrack
    {
        public Queue<WatchTrack> Asked { get; } = [];

        public Dictionary<long, WatchTrack> ById { get; } = [];

        // When the client first asked to cancel the watch of an id.
        public Dictionary<long, long> Cancels { get; } = [];
    }
}
