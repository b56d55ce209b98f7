using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Robustness.Tests.History;

namespace MiniK8s.Robustness.Tests.Model;

/// <summary>The log replayed: every revision's changes, and the keys after each. The witness that all answers are held against.</summary>
/// <remarks>Values are fingerprinted as in the calls. A hole in the log leaves the state as it was; rule 1 complains of it.</remarks>
internal sealed class Timeline
{
    private readonly List<KeySpace> _states = [KeySpace.Empty, KeySpace.Empty];    // by revision; 0 is not used, 1 is the empty store
    private readonly List<IReadOnlyList<KeyValue>> _changes = [[], []];

    /// <summary>Replays a log.</summary>
    public Timeline(IReadOnlyList<LogLine> log)
    {
        foreach (var line in log.OfType<LogRevisionLine>())
        {
            if (line.Revision <= Last) continue;
            while (line.Revision > Last + 1) Add([]);
            Add([.. line.Changes.Select(Fingerprint.Of)]);
        }
    }

    /// <summary>The newest revision in the log; 1 when it is empty.</summary>
    public long Last => _states.Count - 1;

    /// <summary>The keys at a revision of the log.</summary>
    public KeySpace At(long revision) => _states[(int)revision];

    /// <summary>What a revision changed, in order; deletions with version 0.</summary>
    public IReadOnlyList<KeyValue> ChangesAt(long revision) => _changes[(int)revision];

    /// <summary>Whether the log has the revision (or it is 1, the empty store).</summary>
    public bool Has(long revision) => revision >= 1 && revision <= Last;

    /// <summary>What the request does when its changes become this revision.</summary>
    public Effect RunAs(IMessage request, long revision) => KvModel.Run(request, At(revision - 1), revision, At);

    /// <summary>What the request does on the keys of this revision, its changes to become the next.</summary>
    public Effect RunOn(IMessage request, long revision) => KvModel.Run(request, At(revision), revision + 1, At);

    private void Add(IReadOnlyList<KeyValue> changes)
    {
        _states.Add(changes.Aggregate(_states[^1], (state, change) => state.With(change)));
        _changes.Add(changes);
    }
}
