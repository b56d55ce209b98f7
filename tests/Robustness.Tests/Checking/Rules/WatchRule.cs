using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Robustness.Tests.History;
using MiniK8s.Robustness.Tests.Model;

namespace MiniK8s.Robustness.Tests.Checking.Rules;

/// <summary>13 to 22: each watch is walked along the log; it must show exactly what the log holds for it, from where it was asked to start.</summary>
/// <remarks>One reader per watch keeps the place in the log; what does not fit the place is classified by <see cref="WatchReader"/>.</remarks>
internal sealed class WatchRule : IRule
{
    /// <inheritdoc />
    public IEnumerable<Violation> Check(Evidence evidence)
    {
        foreach (var watch in evidence.History.Watches)
        {
            if (watch.Created is not { } created) continue;
            if (created.Canceled)
            {
                if (created.CancelReason.Length == 0) yield return new(21, $"{watch} was refused without a reason");
                continue;
            }
            var reader = new WatchReader(evidence, watch);
            foreach (var line in watch.Responses)
            {
                foreach (var violation in reader.Read(line)) yield return violation;
            }
        }
    }
}

/// <summary>Follows one watch, response by response.</summary>
internal sealed class WatchReader
{
    private readonly Evidence _evidence;
    private readonly WatchTrack _watch;
    private readonly bool _isFuture;
    private readonly long _start;
    private readonly HashSet<(long Revision, ByteString Key)> _seen = [];
    private long _revision;             // the place in the log: the next expected event is change _index of this revision
    private int _index;
    private long _lastEvent;
    private long _lastResponseEnd;      // revision of the last event of the last response
    private bool _mayGoOn;              // the last response was a fragment
    private long _progress;
    private bool _isCancelled;

    /// <summary>Starts where the watch was asked to.</summary>
    public WatchReader(Evidence evidence, WatchTrack watch)
    {
        (_evidence, _watch) = (evidence, watch);
        var createdAt = watch.Created!.Header.Revision;
        _start = watch.Request.StartRevision > 0 ? watch.Request.StartRevision : createdAt + 1;
        _isFuture = watch.Request.StartRevision > createdAt + 1;
        _revision = long.Max(_start, 2);
    }

    private Timeline Log => _evidence.Timeline;

    /// <summary>Takes the next response; says what is wrong with it.</summary>
    public IEnumerable<Violation> Read(StreamResponseLine line)
    {
        var response = line.Response;
        if (_isCancelled)
        {
            // Who asks to cancel what is cancelled already may be told so once more.
            var isEcho = response is { Canceled: true, Events.Count: 0 } && _watch.CancelAskedAt < line.At;
            return isEcho || response.WatchId == -1 ? [] : [new(21, $"{_watch} was cancelled, and then came {Evidence.Shorten(response)}")];
        }
        if (response.Canceled) return ReadCancel(line);
        return response.Events.Count > 0 ? ReadEvents(line) : ReadProgress(line);
    }

    private List<Violation> ReadCancel(StreamResponseLine line)
    {
        _isCancelled = true;
        var compacted = line.Response.CompactRevision;
        if (compacted == 0)
        {
            return _watch.CancelAskedAt < line.At || line.Response.CancelReason.Length > 0 ? [] : [new(21, $"{_watch} was cancelled without a reason")];
        }
        var place = long.Max(long.Max(_start, _lastEvent + 1), _progress + 1);
        if (compacted <= place) return [new(21, $"{_watch} had got to {place} and was cancelled for a compaction at {compacted}")];
        if (compacted > _evidence.MayBeCompacted.Before(line.At)) return [new(9, $"{_watch} was told of a compaction at {compacted} that nobody had asked for")];
        return compacted < _evidence.Compacted.Before(_watch.AskedAt)
            ? [new(9, $"{_watch} was told of a compaction at {compacted}, after one at {_evidence.Compacted.Before(_watch.AskedAt)} had been acknowledged")]
            : [];
    }

    private IEnumerable<Violation> ReadProgress(StreamResponseLine line)
    {
        var revision = line.Response.Header.Revision;
        if (revision < _start - 1 && _isFuture) yield return new(22, $"{_watch} was told of progress to {revision}");
        if (revision < _progress) yield return new(19, $"{_watch} was told of progress to {revision} after {_progress}");
        SkipUnwatchable(change => change.ModRevision <= revision, line.At);
        if (NextExpected() is { } next && next.ModRevision <= revision)
        {
            yield return new(19, $"{_watch} was told of progress to {revision} without the event of revision {next.ModRevision}, key {next.Key.ToStringUtf8()}");
        }
        _progress = long.Max(_progress, revision);
    }

    private IEnumerable<Violation> ReadEvents(StreamResponseLine line)
    {
        var events = line.Response.Events;
        if (events[0].Kv.ModRevision == _lastResponseEnd && !_mayGoOn && !_seen.Contains((_lastResponseEnd, events[0].Kv.Key)))
        {
            yield return new(16, $"{_watch}: revision {_lastResponseEnd} came in two responses");
        }
        foreach (var shown in events)
        {
            foreach (var violation in ReadEvent(shown, line.At)) yield return violation;
        }
        _lastResponseEnd = events[^1].Kv.ModRevision;
        _mayGoOn = line.Response.Fragment && _watch.Request.Fragment;
    }

    private IEnumerable<Violation> ReadEvent(Event shown, long at)
    {
        var (revision, key) = (shown.Kv.ModRevision, shown.Kv.Key);
        var text = $"{_watch} showed revision {revision}, key {key.ToStringUtf8()}";
        if (!KeySpace.IsIn(key, Start(_watch.Request), _watch.Request.RangeEnd)) return [new(13, $"{text}, which is out of its range")];
        if (IsFiltered(shown.Type == Event.Types.EventType.Delete)) return [new(13, $"{text}, a {shown.Type} that it filters out")];
        if (!_seen.Add((revision, key))) return [new(15, $"{text} again")];
        if (revision < _lastEvent) return [new(14, $"{text} after revision {_lastEvent}")];
        if (revision < _start) return [new(_isFuture ? 22 : 18, $"{text}, before its start")];
        if (revision <= _progress) return [new(19, $"{text} after it was told of progress to {_progress}")];
        return Follow(shown, text, at);
    }

    // Moves the place in the log past the event.
    private List<Violation> Follow(Event shown, string text, long at)
    {
        var violations = new List<Violation>();
        SkipUnwatchable(change => change.ModRevision <= shown.Kv.ModRevision && !IsSame(change, shown.Kv), at);
        if (NextExpected() is not { } expected || expected.ModRevision > shown.Kv.ModRevision) return [new(17, $"{text}, which the log does not have")];
        var isFirst = _lastEvent == 0;
        if (!IsSame(expected, shown.Kv))
        {
            var missing = $"{text} and left out revision {expected.ModRevision}, key {expected.Key.ToStringUtf8()}";
            if (!TrySeek(shown.Kv, out var found)) return [new(17, $"{text}, which the log does not have")];
            violations.Add(new(expected.ModRevision == shown.Kv.ModRevision ? 2 : isFirst ? 18 : 17, missing));
            expected = found;
        }
        _lastEvent = shown.Kv.ModRevision;
        _index++;
        violations.AddRange(CompareContent(shown, expected, text, at));
        return violations;
    }

    private IEnumerable<Violation> CompareContent(Event shown, KeyValue logged, string text, long at)
    {
        var before = Log.At(logged.ModRevision - 1).Get(logged.Key);
        if (shown.Type == Event.Types.EventType.Put && (shown.Kv.CreateRevision == shown.Kv.ModRevision) != (before is null))
        {
            yield return new(20, $"{text} with create revision {shown.Kv.CreateRevision}, and before it was {Evidence.Shorten(before)}");
        }
        else if (!shown.Kv.Equals(logged) || (shown.Type == Event.Types.EventType.Delete) != (logged.Version == 0))
        {
            yield return new(17, $"{text} as {Evidence.Shorten(shown)}, the log has {Evidence.Shorten(logged)}");
        }
        // At or below the compact revision the previous value may be gone.
        var mayBeGone = shown.PrevKv is null && (logged.ModRevision <= _evidence.MayBeCompacted.Before(at) || IsAtAnEnd(logged.ModRevision, at));
        var expected = _watch.Request.PrevKv ? before : null;
        if (!mayBeGone && !Equals(shown.PrevKv, expected)) yield return new(20, $"{text} with previous value {Evidence.Shorten(shown.PrevKv)}, it was {Evidence.Shorten(expected)}");
    }

    // Whether the event may have been made ready before the watch had told of its creation, or after it was to be cancelled.
    private bool IsAtAnEnd(long revision, long at) => _evidence.Allows(Leeway.PreviousValuesAtTheEnds)
        && (_watch.CancelAskedAt < at || _evidence.Visibility.LastMissed(revision) <= _watch.CreatedAt);

    private void SkipUnwatchable(Func<KeyValue, bool> isPassed, long at)
    {
        while (NextExpected() is { } next && isPassed(next) && _evidence.MayBeUnwatchable(next, at)) _index++;
    }

    private bool TrySeek(KeyValue shown, out KeyValue found)
    {
        var (revision, index) = (_revision, _index);
        while (NextExpected() is { } next && next.ModRevision <= shown.ModRevision)
        {
            found = next;
            if (IsSame(next, shown)) return true;
            _index++;
        }
        (_revision, _index, found) = (revision, index, shown);
        return false;
    }

    // The next change of the log that the watch is to show; null when the log has no more.
    private KeyValue? NextExpected()
    {
        for (; _revision <= Log.Last; _revision++, _index = 0)
        {
            for (; _index < Log.ChangesAt(_revision).Count; _index++)
            {
                var change = Log.ChangesAt(_revision)[_index];
                if (KeySpace.IsIn(change.Key, Start(_watch.Request), _watch.Request.RangeEnd) && !IsFiltered(change.Version == 0)) return change;
            }
        }
        return null;
    }

    private static bool IsSame(KeyValue one, KeyValue other) => one.ModRevision == other.ModRevision && one.Key.Equals(other.Key);

    private bool IsFiltered(bool isDeletion) =>
        _watch.Request.Filters.Contains(isDeletion ? WatchCreateRequest.Types.FilterType.Nodelete : WatchCreateRequest.Types.FilterType.Noput);

    // A watch without a key is of the smallest one.
    private static ByteString Start(WatchCreateRequest request) => request.Key.IsEmpty ? ByteString.CopyFrom(0) : request.Key;
}
