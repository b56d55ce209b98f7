using MiniK8s.Protocol.Etcd;
using MiniK8s.Robustness.Tests.History;

namespace MiniK8s.Robustness.Tests.Checking.Rules;

/// <summary>23: watches that ask for the same see the same, where they overlap.</summary>
internal sealed class EqualWatchesRule : IRule
{
    /// <inheritdoc />
    public IEnumerable<Violation> Check(Evidence evidence) => evidence.History.Watches.Where(watch => watch.Created is { Canceled: false })
        .GroupBy(watch => (watch.Request.Key, watch.Request.RangeEnd, string.Join(',', watch.Request.Filters.Distinct().Order())))
        .SelectMany(group => Check(evidence, [.. group]));

    private static IEnumerable<Violation> Check(Evidence evidence, List<WatchTrack> watches)
    {
        var first = new SortedDictionary<long, (string Events, WatchTrack Watch)>();
        var seen = watches.Select(watch => (Watch: watch, Events: ByRevision(evidence, watch))).Where(pair => pair.Events.Count > 0).ToList();
        foreach (var (watch, events) in seen)
        {
            foreach (var (revision, text) in events)
            {
                if (first.TryAdd(revision, (text, watch)) || first[revision].Events == text) continue;
                yield return new(23, $"{watch} and {first[revision].Watch} disagree on revision {revision}: {text} and {first[revision].Events}");
            }
        }
        var revisions = first.Keys.ToList();
        foreach (var (watch, events) in seen)
        {
            var (from, to) = (revisions.BinarySearch(events.Keys.Min()), revisions.BinarySearch(events.Keys.Max()));
            if (to - from + 1 == events.Count) continue;
            var missing = revisions.Skip(from).Take(to - from + 1).First(revision => !events.ContainsKey(revision));
            yield return new(23, $"{watch} did not show revision {missing}, which {first[missing].Watch} did");
        }
    }

    // What a watch showed of each revision; prev_kv was asked for by some only.
    private static Dictionary<long, string> ByRevision(Evidence evidence, WatchTrack watch) => watch.Responses.SelectMany(line => line.Response.Events)
        .GroupBy(shown => shown.Kv.ModRevision)
        .Where(group => !evidence.Timeline.Has(group.Key) || !evidence.Timeline.ChangesAt(group.Key).Any(change => evidence.MayBeUnwatchable(change)))
        .ToDictionary(group => group.Key, group => string.Join(' ', group.Select(Text).Distinct()));

    private static string Text(Event shown) =>
        $"{shown.Type} {shown.Kv.Key.ToStringUtf8()}={shown.Kv.Value.ToStringUtf8()} {shown.Kv.CreateRevision}/{shown.Kv.ModRevision}/{shown.Kv.Version}/{shown.Kv.Lease}";
}
