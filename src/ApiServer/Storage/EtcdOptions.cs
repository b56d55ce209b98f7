namespace MiniK8s.ApiServer.Storage;

/// <summary>How the store is spoken to.</summary>
internal sealed class EtcdOptions
{
    /// <summary>The store's members, http or https URLs; one suffices. Default: http://127.0.0.1:2379.</summary>
    public IReadOnlyList<string> Servers { get; set; } = ["http://127.0.0.1:2379"];

    /// <summary>How long one request may take before the client is answered 504. Default 10 s.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How much history is kept in the store; zero never compacts. Default 5 min, as in Kubernetes.</summary>
    public TimeSpan CompactionInterval { get; set; } = TimeSpan.FromMinutes(5);
}
