using System.Diagnostics.CodeAnalysis;

using MiniK8s.Client.Informers;
using MiniK8s.Hosting.Feeds;
using MiniK8s.Scheduler.Cycles;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Queue;

namespace MiniK8s.Scheduler.Explain;

/// <summary>Remembers the last attempt at each pod, as many as it has room for; the oldest goes first. A pod that has gone stays until then.</summary>
/// <remarks>
/// | the loop          | here                                                                     |
/// |-------------------|--------------------------------------------------------------------------|
/// | takes a pod       | Begin                                                                    |
/// | has decided       | Add: can be asked for, and takes the place of the pod's last             |
/// | knows the outcome | End: has an outcome, and is told to those who watch                      |
/// Begin and Add are the loop's; the rest is thread-safe.
/// </remarks>
internal sealed class AttemptLog(AttemptLogOptions options, TimeProvider time)
{
    private readonly AttemptWriter _writer = new();
    private readonly Feed<Attempt> _feed = new(options.MaxWatchers, options.WatchCapacity);
    private readonly Lock _lock = new();     // guards everything below; a leaf
    private readonly Dictionary<ObjectKey, LinkedListNode<Attempt>> _attempts = [];
    private readonly LinkedList<Attempt> _oldestFirst = new();
    private readonly Dictionary<IReadOnlyList<string>, int> _users = new(ReferenceEqualityComparer.Instance);     // how many attempts share a list of nodes
    private long _bytes;

    /// <summary>When the first attempt could have been remembered.</summary>
    public DateTimeOffset Since { get; } = time.GetUtcNow();

    /// <summary>What is remembered takes so much memory, about.</summary>
    public long Bytes
    {
        get { lock (_lock) return _bytes; }
    }

    public int Count
    {
        get { lock (_lock) return _attempts.Count; }
    }

    /// <summary>A pod is being tried from now on.</summary>
    /// <param name="timer">Measures the plugins, if they are to be measured.</param>
    public Trial Begin(QueuedPod queued, PluginSet plugins, NominatedPods? nominated = null, IPluginTimer? timer = null) =>
        new(queued, plugins, nominated, time.GetUtcNow(), time.GetTimestamp(), timer);

    /// <summary>The cycle is over.</summary>
    /// <param name="decision">Null when it failed.</param>
    public Attempt Add(Trial trial, Snapshot snapshot, Decision? decision)
    {
        var attempt = _writer.Write(trial, snapshot, decision, time.GetElapsedTime(trial.StartedAt));
        lock (_lock)
        {
            if (_attempts.TryGetValue(attempt.Pod, out var last)) RemoveLocked(last);
            AddLocked(attempt);
            while (_attempts.Count > options.MaxAttempts || (_bytes > options.MaxBytes && _attempts.Count > 1)) RemoveLocked(_oldestFirst.First!);
        }
        return attempt;
    }

    /// <summary>It is known what became of the attempt.</summary>
    public void End(Attempt attempt, AttemptOutcome outcome)
    {
        lock (_lock)
        {
            var isKept = _attempts.GetValueOrDefault(attempt.Pod)?.Value == attempt;
            if (isKept) _bytes -= BytesOf(attempt);
            attempt.Outcome = outcome with { After = time.GetElapsedTime(attempt.StartedAt) };
            if (isKept) _bytes += BytesOf(attempt);
        }
        _feed.Publish(attempt);
    }

    /// <summary>The last attempt at a pod of that name, if it is remembered.</summary>
    public Attempt? Find(ObjectKey pod)
    {
        lock (_lock) return _attempts.GetValueOrDefault(pod)?.Value;
    }

    /// <summary>Begins a watch of attempts that end. False when there are too many.</summary>
    public bool TryWatch(Predicate<Attempt> includes, [NotNullWhen(true)] out FeedWatcher<Attempt>? watcher) => _feed.TryWatch(includes, out watcher);

    private void AddLocked(Attempt attempt)
    {
        _attempts.Add(attempt.Pod, _oldestFirst.AddLast(attempt));
        _bytes += BytesOf(attempt);
        var users = _users[attempt.Nodes] = _users.GetValueOrDefault(attempt.Nodes) + 1;
        if (users == 1) _bytes += BytesOf(attempt.Nodes);
    }

    private void RemoveLocked(LinkedListNode<Attempt> entry)
    {
        var attempt = entry.Value;
        _attempts.Remove(attempt.Pod);
        _oldestFirst.Remove(entry);
        _bytes -= BytesOf(attempt);
        if (--_users[attempt.Nodes] > 0) return;
        _users.Remove(attempt.Nodes);
        _bytes -= BytesOf(attempt.Nodes);
    }

    private static long BytesOf(Attempt attempt) => attempt.Bytes + (attempt.Outcome?.Message.Length ?? 0) * sizeof(char);

    // The names themselves are the nodes' own.
    private static long BytesOf(IReadOnlyList<string> nodes) => 24 + nodes.Count * sizeof(long);
}
