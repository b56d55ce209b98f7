using System.Diagnostics.Metrics;

using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Maintenance;

/// <summary>The few of etcd's own metric names that dashboards, alerts and `etcdctl check datascale` look for.</summary>
internal sealed class EtcdMetrics(MvccStore store, IStorageSize size, SpaceQuota quota) : IHostedService, IDisposable
{
    private readonly Meter _meter = new("MiniK8s.Store.Etcd");

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken)
    {
        Gauge("etcd_server_has_leader", "Always 1: the one member leads", () => 1);
        Gauge("etcd_server_quota_backend_bytes", "The space quota", () => quota.Bytes);
        Gauge("etcd_mvcc_db_total_size_in_bytes", "Bytes on disk", () => size.DbSize);
        Gauge("etcd_mvcc_db_total_size_in_use_in_bytes", "Bytes on disk that a defragmentation would leave", () => size.DbSizeInUse);
        Gauge("etcd_debugging_mvcc_keys_total", "Keys, deleted ones with history included", () => store.Current.Tree.Count);
        Gauge("etcd_debugging_mvcc_current_revision", "The newest revision", () => store.Current.Revision);
        Gauge("etcd_debugging_mvcc_compact_revision", "The oldest readable revision", () => store.Current.CompactRevision);
        Gauge("process_resident_memory_bytes", "Resident memory", () => Environment.WorkingSet);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc />
    public void Dispose() => _meter.Dispose();

    private void Gauge(string name, string help, Func<long> read) => _meter.CreateObservableGauge(name, read, null, help);
}
