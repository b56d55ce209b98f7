using Google.Protobuf.WellKnownTypes;

using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Client.Events;

// Which stored event an occurrence belongs to. Not thread-safe.
//
//   an occurrence                                                | becomes
//   -------------------------------------------------------------+-------------------------------------------------
//   too many about its object lately                             | nothing
//   same component, object, type, reason and message as before   | that event, count + 1
//   its like, with SimilarLimit other messages within the window | one event "(combined from similar events): ..."
//   otherwise                                                    | a new event
//
// Of an event only its name, its first time and its count are kept: a kubelet of a thousand nodes has a hundred thousand.
internal sealed class EventCorrelator(EventSourceOptions options, TimeProvider time)
{
    private readonly LeastRecentlyUsed<Subject, Budget> _budgets = new(options.MemoryLimit);
    private readonly LeastRecentlyUsed<Alike, Similar> _similar = new(options.MemoryLimit);
    private readonly LeastRecentlyUsed<(Alike, string), Known> _known = new(options.MemoryLimit);
    private Known? _latest;
    private long _lastName;

    // The event to store: a new one if its count is 1, else one stored before. Null if there have been too many.
    public Event? Correlate(Occurrence occurrence)
    {
        var subject = Subject.Of(occurrence.Regarding);
        if (!_budgets.GetOrAdd(subject with { FieldPath = "" }, () => new Budget(options.Burst, occurrence.At)).TryTake(options, occurrence.At)) return null;

        var alike = new Alike(occurrence.Component, subject, occurrence.Type, occurrence.Reason);
        var folded = _similar.GetOrAdd(alike, () => new Similar()).IsFolded(options, occurrence);
        _latest = _known.GetOrAdd((alike, folded ? "" : occurrence.Message), () => new Known(NextName(occurrence.Regarding.Name), occurrence.At));
        _latest.Count++;
        return EventOf(occurrence, _latest, folded ? "(combined from similar events): " + occurrence.Message : occurrence.Message);
    }

    // The event that was given out last is no longer stored (they expire): it is to be created again, with what is known.
    public Event Renew(Event stored)
    {
        stored.Metadata.Name = _latest!.Name = NextName(stored.InvolvedObject.Name);
        return stored;
    }

    private Event EventOf(Occurrence occurrence, Known known, string message) => new()
    {
        Metadata = new ObjectMeta
        {
            Name = known.Name,
            Namespace = occurrence.Regarding.Namespace.Length > 0 ? occurrence.Regarding.Namespace : "default",
            Annotations = { occurrence.Annotations?.ToDictionary() ?? [] },
        },
        InvolvedObject = occurrence.Regarding.Clone(),
        Message = message,
        Count = known.Count,
        Type = occurrence.Type,
        Reason = occurrence.Reason,
        Action = occurrence.Action,
        Source = new EventSource { Component = occurrence.Component, Host = options.Host },
        ReportingComponent = occurrence.Component,
        ReportingInstance = options.Host,
        FirstTimestamp = Timestamp.FromDateTimeOffset(known.First),
        LastTimestamp = Timestamp.FromDateTimeOffset(occurrence.At),
    };

    // <object>.<nanoseconds since 1970, in hex>, made unlike the last one.
    private string NextName(string objectName)
    {
        var nanoseconds = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
        _lastName = long.Max(_lastName + 1, nanoseconds);
        return $"{objectName}.{_lastName:x}";
    }

    private sealed record Subject(string Kind, string ApiVersion, string Namespace, string Name, string Uid, string FieldPath)
    {
        // The resourceVersion does not count: the object may change between two like events.
        public static Subject Of(ObjectReference to) => new(to.Kind, to.ApiVersion, to.Namespace, to.Name, to.Uid, to.FieldPath);
    }

    private sealed record Alike(string Component, Subject Subject, string Type, string Reason);

    private sealed class Budget(double tokens, DateTimeOffset since)
    {
        private double _tokens = tokens;
        private DateTimeOffset _since = since;

        public bool TryTake(EventSourceOptions options, DateTimeOffset now)
        {
            _tokens = double.Min(options.Burst, _tokens + (now - _since) / options.RefillPeriod);
            _since = now;
            if (_tokens < 1) return false;
            _tokens--;
            return true;
        }
    }

    private sealed class Known(string name, DateTimeOffset first)
    {
        public string Name { get; set; } = name;

        public DateTimeOffset First { get; } = first;

        public int Count { get; set; }
    }

    private sealed class Similar
    {
        private readonly List<string> _messages = new(1);       // ten at most
        private DateTimeOffset _last;

        public bool IsFolded(EventSourceOptions options, Occurrence occurrence)
        {
            if (occurrence.At - _last > options.SimilarWindow) _messages.Clear();
            _last = occurrence.At;
            if (_messages.Contains(occurrence.Message)) return false;
            if (_messages.Count + 1 >= options.SimilarLimit) return true;
            _messages.Add(occurrence.Message);
            return false;
        }
    }
}

// One call of a recorder.
internal sealed record Occurrence(string Component, ObjectReference Regarding, string Type, string Reason, string Message, string Action, DateTimeOffset At, IReadOnlyDictionary<string, string>? Annotations = null);
