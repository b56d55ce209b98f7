using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Watch;

/// <summary>Where the writer leaves word of what it published.</summary>
internal interface IWatchHub
{
    /// <summary>Tells the synced watchers of these revisions. Called by the writer alone, after publishing, in order; never waits.</summary>
    void Notify(IReadOnlyList<LogEntry> published);
}
