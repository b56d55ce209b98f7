using System.Globalization;

using Google.Protobuf;

using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Store.Tests.Processes;

/// <summary>What the writers were told, and whether a store that came back agrees.</summary>
internal sealed class KillLedger
{
    private readonly Lock _lock = new();        // guards everything below
    private readonly Dictionary<string, (long Revision, string Value)> _onceWritten = [];
    private readonly Dictionary<int, (long Revision, int Number)> _triples = [];
    private readonly HashSet<long> _revisions = [];
    private TaskCompletionSource _reached = new();
    private int _goal = int.MaxValue;
    private long _newest = 1;

    /// <summary>Answered writes so far.</summary>
    public int Answers
    {
        get
        {
            lock (_lock) return _revisions.Count;
        }
    }

    /// <summary>Ends when so many writes are answered.</summary>
    public Task ReachedAsync(int answers)
    {
        lock (_lock) (_goal, _reached) = (answers, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        return _reached.Task;
    }

    /// <summary>The three keys of the writer were answered to hold this number.</summary>
    public void AnsweredTriple(int writer, int number, long revision) => Add(revision, () => _triples[writer] = (revision, number));

    /// <summary>A key that is written once was answered.</summary>
    public void AnsweredOnce(string key, string value, long revision) => Add(revision, () => _onceWritten[key] = (revision, value));

    /// <summary>Compares the store with what was answered.</summary>
    public async Task CheckAsync(ServerProcess store)
    {
        var all = await store.Kv.RangeAsync(new RangeRequest { Key = ByteString.CopyFrom(0), RangeEnd = ByteString.CopyFrom(0) });
        var found = all.Kvs.ToDictionary(kv => kv.Key.ToStringUtf8());

        lock (_lock)
        {
            Assert.InRange(all.Header.Revision, _newest, _newest + 16);      // at most one write of each writer was in flight
            foreach (var (key, (revision, value)) in _onceWritten)
            {
                Assert.True(found.TryGetValue(key, out var kv), $"{key}, answered with revision {revision}, is missing");
                Assert.Equal((revision, revision, 1L, value), (kv.ModRevision, kv.CreateRevision, kv.Version, kv.Value.ToStringUtf8()));
            }
            foreach (var (writer, (revision, number)) in _triples) _triples[writer] = CheckTriple(found, writer, revision, number);
            _newest = all.Header.Revision;      // what was in flight and is in has a revision that nobody else may get
        }
    }

    // What the three keys hold, which the writer goes on from though nobody answered it.
    private static (long Revision, int Number) CheckTriple(Dictionary<string, KeyValue> found, int writer, long revision, int number)
    {
        var three = "abc".Select(letter => found[$"triple/{writer}/{letter}"]).ToArray();
        Assert.Single(three.Select(kv => (kv.ModRevision, kv.Value, kv.Version)).Distinct());
        var now = int.Parse(three[0].Value.ToStringUtf8(), CultureInfo.InvariantCulture);
        Assert.InRange(now, number, number + 1);     // the one in flight may be in
        if (now == number) Assert.Equal(revision, three[0].ModRevision);
        else Assert.InRange(three[0].ModRevision, revision + 1, long.MaxValue);
        return (three[0].ModRevision, now);
    }

    private void Add(long revision, Action keep)
    {
        lock (_lock)
        {
            Assert.True(_revisions.Add(revision), $"revision {revision} was given twice");
            keep();
            _newest = long.Max(_newest, revision);
            if (_revisions.Count >= _goal) _reached.TrySetResult();
        }
    }
}
