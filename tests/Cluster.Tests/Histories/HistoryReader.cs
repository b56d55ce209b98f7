using System.Collections.Concurrent;
using System.Text.RegularExpressions;

using MiniK8s.Client.Resources;
using MiniK8s.ClusterKit;
using MiniK8s.Cluster.Tests.Golden;
using MiniK8s.Protocol.Core.V1;

using Event = MiniK8s.Protocol.Core.V1.Event;

namespace MiniK8s.Cluster.Tests.Histories;

/// <summary>Makes histories of what two watch streams deliver: one of all Pods, one of all events.</summary>
internal sealed partial class HistoryReader(Normaliser normaliser, WatchRecording<Pod> pods, WatchRecording<Event> events)
{
    // Made again only when something has come: scenes ask often.
    private readonly ConcurrentDictionary<string, (int Changes, History History)> _read = new();

    /// <summary>The history of the Pod in a namespace, as far as it has come; the same object until more comes.</summary>
    public History Read(string ns)
    {
        var ofPod = pods.Changes.Where(change => change.Object.Metadata.Namespace == ns).ToList();
        var ofEvents = events.Changes.Where(change => change.Object.Metadata.Namespace == ns && change.Object.InvolvedObject.Kind == "Pod").ToList();
        var changes = ofPod.Count + ofEvents.Count;
        if (!_read.TryGetValue(ns, out var read) || read.Changes != changes) _read[ns] = read = (changes, new History([.. Updates(ofPod)], [.. Events(ofEvents)]));
        return read.History;
    }

    private IEnumerable<Update> Updates(IEnumerable<WatchChange<Pod>> changes)
    {
        var instances = new Dictionary<string, List<string>>();
        var before = new PodPicture([], new Dictionary<string, Google.Protobuf.WellKnownTypes.Timestamp>());
        foreach (var change in changes)
        {
            var now = PodPicture.Of(change.Object, instances);
            yield return new Update(change.Type.ToString().ToUpperInvariant(), MayMerge: false, [.. Differences(before, now).Select(Normalised)]);
            before = now;
        }
    }

    private static IEnumerable<string> Differences(PodPicture before, PodPicture now)
    {
        var known = before.Lines.ToDictionary();
        foreach (var (key, text) in now.Lines)
        {
            var old = known.GetValueOrDefault(key);
            // When something became so never changes while it stays so.
            var hasMoved = old?.Split(' ')[0] == text.Split(' ')[0] && before.Moments.TryGetValue(key, out var then) && !then.Equals(now.Moments.GetValueOrDefault(key));
            if (old != text || hasMoved) yield return $"{key}: {text}{(hasMoved ? ", and its time has moved" : "")}";
        }
        foreach (var key in known.Keys.Except(now.Lines.Select(line => line.Key))) yield return $"{key}: gone";
    }

    private IEnumerable<string> Events(IEnumerable<WatchChange<Event>> changes)
    {
        foreach (var reporter in changes.Select(change => change.Object).GroupBy(e => e.Source?.Component is { Length: > 0 } component ? component : e.ReportingComponent).OrderBy(g => g.Key))
        {
            yield return $"from {reporter.Key}";
            foreach (var e in reporter) yield return "  " + Normalised(Line(e));
        }
    }

    private static string Line(Event e)
    {
        string[] words = [e.Type, e.Reason, e.InvolvedObject.FieldPath, e.Count > 1 ? $"x{e.Count}" : ""];
        return $"{string.Join(' ', words.Where(word => word.Length > 0))}: {e.Message.Replace('\n', '⏎')}";
    }

    private string Normalised(string line) => UsedByOthers().Replace(NodeName().Replace(normaliser.Apply(line), "<node>"), "used: <n>,");

    [GeneratedRegex(@"\bnode-[12]\b")]
    private static partial Regex NodeName();

    // What other Pods on the node ask for.
    [GeneratedRegex(@"\bused: \d+,")]
    private static partial Regex UsedByOthers();
}
