using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Store.Watch;

/// <summary>What is to be sent for a watcher.</summary>
/// <param name="Watcher">Whose it is; null when it speaks for the whole stream.</param>
/// <param name="Events">The events in order, of one revision or several, this response's own list; none for a progress announcement.</param>
/// <param name="Revision">The watcher has seen everything up to here once it has this.</param>
internal readonly record struct Outgoing(Watcher? Watcher, List<Event> Events, long Revision)
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
                joined[place].Events.AddRange(next.Events);
                joined[place] = joined[place] with { Revision = next.Revision };
            }
            else
            {
                places.Add(next.Watcher, joined.Count);
                joined.Add(next);
            }
        }
        return joined;
    }
}
