namespace MiniK8s.ApiServer.WatchCache;

/// <summary>How much the watch cache keeps.</summary>
internal sealed class WatchCacheOptions
{
    /// <summary>Changes kept per kind for watches that begin in the past. Default 8192.</summary>
    public int HistorySize { get; set; } = 8192;

    /// <summary>Changes a watcher may lag behind before it is cut. Default 2048.</summary>
    public int WatchBufferSize { get; set; } = 2048;

    /// <summary>How long a read waits for the cache to reach a revision. Default 3 s, as in Kubernetes.</summary>
    public TimeSpan FreshnessTimeout { get; set; } = TimeSpan.FromSeconds(3);
}
