using MiniK8s.Robustness.Tests.History;

namespace MiniK8s.Robustness.Tests.Checking;

/// <summary>For each revision: when it was first seen, and the start of the last call that did not see it yet. Microseconds.</summary>
internal sealed class Visibility
{
    private readonly long[] _firstSeen;
    private readonly long[] _lastMissed;

    /// <summary>Works both out from the answers' header revisions.</summary>
    public Visibility(Evidence evidence, IEnumerable<(long Time, long Revision)> shown)
    {
        var last = evidence.Timeline.Last;
        _firstSeen = new long[last + 2];
        _lastMissed = new long[last + 2];
        Array.Fill(_firstSeen, long.MaxValue);
        Array.Fill(_lastMissed, -1);
        foreach (var (time, revision) in shown) Lower(ref _firstSeen[long.Min(revision, last + 1)], time);
        foreach (var call in evidence.History.Calls.Where(call => Evidence.RevisionOf(call) > 0 && !IsSerializable(call)))
        {
            Raise(ref _lastMissed[long.Min(Evidence.RevisionOf(call), last) + 1], call.Start);
        }
        // Seeing a revision is seeing all before it; missing one is missing all after it.
        for (var i = last; i >= 0; i--) Lower(ref _firstSeen[i], _firstSeen[i + 1]);
        for (var i = 1L; i <= last + 1; i++) Raise(ref _lastMissed[i], _lastMissed[i - 1]);
    }

    /// <summary>When the revision was first shown to anybody; <see cref="long.MaxValue"/> when never.</summary>
    public long FirstSeen(long revision) => _firstSeen[revision];

    /// <summary>The start of the latest call that was answered from before the revision; -1 when none was. One past the last revision: of any call.</summary>
    public long LastMissed(long revision) => _lastMissed[revision];

    private static bool IsSerializable(CallLine call) => call.Request is Protocol.Etcd.RangeRequest { Serializable: true };

    private static void Lower(ref long value, long other) => value = long.Min(value, other);

    private static void Raise(ref long value, long other) => value = long.Max(value, other);
}
