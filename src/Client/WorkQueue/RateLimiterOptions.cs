namespace MiniK8s.Client.WorkQueue;

/// <summary>How soon a key that failed comes back.</summary>
public sealed class RateLimiterOptions
{
    /// <summary>The wait after a key's first failure, doubling with each. Default 5 ms.</summary>
    public TimeSpan Base { get; set; } = TimeSpan.FromMilliseconds(5);

    /// <summary>The longest wait of one key. Default 1000 s.</summary>
    public TimeSpan Max { get; set; } = TimeSpan.FromSeconds(1000);

    /// <summary>How many failed keys come back each second in the long run, all keys together. Default 10.</summary>
    public double PerSecond { get; set; } = 10;

    /// <summary>How many may come back at once after a quiet time. Default 100.</summary>
    public int Burst { get; set; } = 100;
}
