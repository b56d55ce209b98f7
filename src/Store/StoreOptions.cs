using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

using MiniK8s.Hosting.Flags;
using MiniK8s.Store.Backend;
using MiniK8s.Store.Compaction;
using MiniK8s.Store.Failpoints;

namespace MiniK8s.Store;

/// <summary>The store's settings, beside those every process has.</summary>
internal sealed class StoreOptions : IValidatableObject
{
    /// <summary>Where the data are. Made at the first start. Default <c>store.data</c>.</summary>
    [Description("directory of the data; made at the first start")]
    public string DataDir { get; set; } = "store.data";

    /// <summary>Port of the etcd API, h2c; 0 picks a free one. Default 2379, as etcd.</summary>
    [Description("port of the etcd API, gRPC without TLS; 0 picks a free one")]
    [Range(0, 65535)]
    public int Port { get; set; } = 2379;

    /// <summary>Port of /health, /healthz and /metrics; 0 picks a free one. Default 2381.</summary>
    [Description("port of /health, /healthz and /metrics; 0 picks a free one")]
    [Range(0, 65535)]
    public int HttpPort { get; set; } = 2381;

    /// <summary>When written bytes are forced to the disk. Default <see cref="FsyncMode.Always"/>.</summary>
    [Description("always: before a write is answered; off: never, power loss may cost the last writes")]
    public FsyncMode Fsync { get; set; } = FsyncMode.Always;

    /// <summary>Most compares, or operations in one branch, of a Txn, nested ones included. Default 128, as etcd.</summary>
    [Description("most operations in a transaction")]
    [Range(1, 100_000)]
    public int MaxTxnOps { get; set; } = 128;

    /// <summary>Largest write in bytes. Default 1.5 MiB, as etcd.</summary>
    [Description("largest write in bytes")]
    [Range(1024, 64 << 20)]
    public int MaxRequestBytes { get; set; } = 3 * 512 * 1024;

    /// <summary>Writes that may wait for the writer; further callers wait for room. Default 4096.</summary>
    [Description("writes that may wait for the writer")]
    [Range(1, 1 << 20)]
    public int QueueLimit { get; set; } = 4096;

    /// <summary>Most writes under one sync. Default 1024.</summary>
    [Description("most writes under one sync")]
    [Range(1, 1 << 20)]
    public int MaxBatch { get; set; } = 1024;

    /// <summary>Bytes of requests after which a batch takes no more. Default 8 MiB.</summary>
    [Description("bytes of writes after which a batch takes no more")]
    [Range(1, 256 << 20)]
    public int MaxBatchBytes { get; set; } = 8 << 20;

    /// <summary>Length in bytes of a log segment's file, taken from the disk when it is made. Default 16 MiB: what is not settled yet costs more memory (etcd: 64 MB).</summary>
    [Description("length in bytes of a log segment's file, taken from the disk when it is made")]
    [Range(1, 1 << 30)]
    public int SegmentBytes { get; set; } = 16 << 20;

    /// <summary>What settled log segments go into. Default: what the data directory holds; in a new one LiteDB, or SQLite where LiteDB is not built in.</summary>
    [Description("litedb or sqlite; auto: what the data directory holds, in a new one litedb if it is built in")]
    public BackendKind Backend { get; set; } = BackendKind.Auto;

    /// <summary>Keeps log segments that have settled: the whole history stays readable to an audit. Default false.</summary>
    [Description("keep log segments that have settled in the backend")]
    public bool RetainLog { get; set; }

    /// <summary>Size in bytes at which the database takes no more; 0 is etcd's 2 GiB, below 0 is no limit. Default 0, as etcd.</summary>
    [Description("database size in bytes at which writes are refused and NOSPACE is raised; 0: 2 GiB, negative: never")]
    public long QuotaBackendBytes { get; set; }

    /// <summary>What <see cref="AutoCompactionRetention"/> counts. Default periodic, as etcd.</summary>
    [Description("what --auto-compaction-retention counts: periodic (time) or revision")]
    public AutoCompactionMode AutoCompactionMode { get; set; } = AutoCompactionMode.Periodic;

    /// <summary>History kept when the store compacts by itself: hours or a duration, or revisions; 0 is off. Default 0, as etcd.</summary>
    [Description("history to keep when the store compacts by itself: 1 (hours), 5m, or a number of revisions; 0: never, as the apiserver does it")]
    public string AutoCompactionRetention { get; set; } = "0";

    /// <summary>Log segments that stay when the backend has them too: what was written last is read from there, ten times as fast. Default 2.</summary>
    [Description("log segments that stay when the backend has them too, for quick reads of what was written last")]
    [Range(0, 100)]
    public int SettledSegments { get; set; } = 2;

    /// <summary>Responses a watch stream may have waiting before its watchers turn slow. Default 128, as etcd.</summary>
    [Description("responses a watch stream may have waiting before its watchers read history instead")]
    [Range(1, 1 << 16)]
    public int WatchBuffer { get; set; } = 128;

    /// <summary>How often a quiet watch with progress_notify hears the revision. Default 10 min, as etcd.</summary>
    [Description("how often a quiet watch with progress_notify hears the revision")]
    [DurationRange("00:00:00.100", "1.00:00:00")]
    public TimeSpan WatchProgressNotifyInterval { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>For tests: where this process kills itself, stalls or meets an error, as <see cref="FailpointParser"/> reads it. Default nowhere.</summary>
    [Description("for tests: NAME=ACTION;NAME=ACTION where this process fails, e.g. after-sync=37*kill;before-sync=sleep(200ms)")]
    public string Failpoints { get; set; } = "";

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (FailpointParser.WhyNot(Failpoints) is { } reason) yield return new ValidationResult(reason, [nameof(Failpoints)]);
        if (CompactionSchedule.WhyNot(AutoCompactionMode, AutoCompactionRetention) is { } fault) yield return new ValidationResult(fault, [nameof(AutoCompactionRetention)]);
    }
}

/// <summary>When written bytes are forced to the disk.</summary>
internal enum FsyncMode
{
    /// <summary>Before a write is answered: neither a crash nor power loss costs an answered write.</summary>
    Always,

    /// <summary>Never: a crash of the process costs nothing, power loss may cost the last writes.</summary>
    Off,
}
