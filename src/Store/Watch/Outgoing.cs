using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Watch;

/// <summary>What is to be sent for a watcher.</summary>
/// <param name="Watcher">Whose it is; null when it speaks for the whole stream.</param>
/// <param name="Events">The events in order, of one revision or several; none for a progress announcement.</param>
/// <param name="Revision">The watcher has seen everything up to here once it has this.</param>
internal readonly record struct Outgoing(Watcher? Watcher, IReadOnlyList<EncodedEvent> Events, long Revision)
{
    /// <summary>Joins what waits for the same watcher into one response: a stream that is behind catches up in fewer, larger ones.</summary>
    /// <remarks>Each watcher's events keep their order, and nothing moves past an announcement, which vouches for what came before it.</remarks>
    public static List<Outgoing> Joined(List<Outgoing> waiting)
    {
        if (waiting.Count < 2) return waiting;
        var joined = new List<Outgoing>(waiting.Count);
        var places = new Dictionary<Watcher, int>();
        foreach (var next in waiting)
        {
            if (next.Watcher is null || next.Events.Count == 0)
            {
                places.Clear();
                joined.Add(next);
            }
            else if (places.TryGetValue(next.Watcher, out var place))
            {
                joined[place] = joined[place].With(next);
            }
            else
            {
                places.Add(next.Watcher, joined.Count);
                joined.Add(next);
            }
        }
        return joined;
    }

    private Outgoing With(Outgoing next)
    {
        var events = Events as Gathered ?? [.. Events];       // what the hub gave is shared with other watchers
        events.AddRange(next.Events);
        return new Outgoing(Watcher, events, next.Revision);
    }

    /// <summary>A list of our own, to which more may be added.</summary>
    private sealed class Gathered : List<EncodedEvent>;
}
