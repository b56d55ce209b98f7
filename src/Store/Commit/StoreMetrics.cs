using System.Diagnostics.Metrics;

using MiniK8s.Store.Mvcc;
using MiniK8s.Store.Wal;
using MiniK8s.Store.Watch;

namespace MiniK8s.Store.Commit;

/// <summary>What /metrics shows of the store.</summary>
internal sealed class StoreMetrics : IDisposable
{
    private readonly Meter _meter = new("MiniK8s.Store");
    private readonly TimeProvider _time;
    private readonly Histogram<double> _duration;
    private readonly Histogram<int> _writes;

    /// <summary>Makes the instruments; the rooms are asked for their gauges at each scrape.</summary>
    public StoreMetrics(MvccStore store, WatchHub watches, WriteAheadLog log, TimeProvider time)
    {
        _time = time;
        _duration = _meter.CreateHistogram(
            "store_commit_duration_seconds", null, "One batch, from staging to the last answer, the sync included",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [.0005, .001, .002, .005, .01, .025, .05, .1, .25, 1] });
        _writes = _meter.CreateHistogram(
            "store_commit_writes", null, "Writes in one batch",
            advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 1024] });
        _meter.CreateObservableGauge("store_revision", () => store.Current.Revision, null, "The newest revision");
        _meter.CreateObservableGauge("store_compact_revision", () => store.Current.CompactRevision, null, "The oldest readable revision");
        _meter.CreateObservableGauge("store_keys", () => store.Current.Tree.Count, null, "Keys, deleted ones with history included");
        _meter.CreateObservableGauge("store_unsynced_watchers", () => watches.Unsynced, null, "Watches that read history");
        _meter.CreateObservableGauge("store_log_bytes", () => log.Bytes, null, "Bytes of the log that have not settled");
        _meter.CreateObservableCounter("store_log_syncs", () => log.Syncs, null, "Syncs of the log");
    }

    /// <summary>The start of a batch.</summary>
    public long Begin() => _time.GetTimestamp();

    /// <summary>The end of a batch.</summary>
    public void End(long began, int writes)
    {
        _duration.Record(_time.GetElapsedTime(began).TotalSeconds);
        _writes.Record(writes);
    }

    /// <inheritdoc />
    public void Dispose() => _meter.Dispose();
}
