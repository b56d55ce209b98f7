namespace MiniK8s.Store;

/// <summary>The store's settings. Flags, environment and JSON bind to the same names.</summary>
internal sealed class StoreOptions
{
    /// <summary>Where the data are. Made at the first start. <c>--data-dir</c>; default <c>store.data</c>.</summary>
    public string DataDir { get; set; } = "store.data";

    /// <summary>Address of the etcd API, h2c. Loopback unless told otherwise. <c>--listen</c>; an address, default <c>127.0.0.1</c>.</summary>
    public string Listen { get; set; } = "127.0.0.1";

    /// <summary>Port of the etcd API; 0 picks a free one. <c>--port</c>; default 2379.</summary>
    public int Port { get; set; } = 2379;

    /// <summary>Port of /health and /metrics; 0 picks a free one. <c>--metrics-port</c>; default 2381.</summary>
    public int MetricsPort { get; set; } = 2381;

    /// <summary><c>always</c>: a write is answered after its bytes are on disk. <c>off</c>: power loss may cost the last writes, a crash of the process does not.</summary>
    public string Fsync { get; set; } = "always";

    /// <summary>Most compares, or operations in one branch, of a Txn, nested ones included. Default 128, as etcd.</summary>
    public int MaxTxnOps { get; set; } = 128;

    /// <summary>Largest write in bytes. Default 1.5 MiB, as etcd.</summary>
    public int MaxRequestBytes { get; set; } = 3 * 512 * 1024;

    /// <summary>Writes that may wait for the writer; further callers wait for room. Default 4096.</summary>
    public int QueueLimit { get; set; } = 4096;

    /// <summary>Most writes under one sync. Default 1024.</summary>
    public int MaxBatch { get; set; } = 1024;

    /// <summary>Bytes of requests after which a batch takes no more. Default 8 MiB.</summary>
    public int MaxBatchBytes { get; set; } = 8 << 20;

    /// <summary>Length at which a log segment is full. Default 16 MiB.</summary>
    public long SegmentBytes { get; set; } = 16 << 20;

    /// <summary>Log length below which a compaction does not rewrite the state. Default 16 MiB.</summary>
    public long TrimBytes { get; set; } = 16 << 20;

    /// <summary>Responses a watch stream may have waiting before its watchers turn slow. Default 128, as etcd.</summary>
    public int WatchBuffer { get; set; } = 128;

    /// <summary>How often a quiet watch with progress_notify hears the revision. <c>--watch-progress-notify-interval</c>; default 10 min, as etcd.</summary>
    public TimeSpan WatchProgressNotifyInterval { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Whether every batch is synced.</summary>
    public bool FsyncAlways => Fsync == "always";
}
