namespace MiniK8s.Client.Reflection;

/// <summary>How long to wait after failures in a row.</summary>
public sealed class BackoffOptions
{
    /// <summary>The wait after the first failure. Default 200 ms.</summary>
    public TimeSpan Initial { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest wait, jitter not counted. Default 10 s.</summary>
    public TimeSpan Max { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The largest part of the wait that chance adds to it, so that clients do not come back together. 0 to 1, default 0.5.</summary>
    public double Jitter { get; set; } = 0.5;

    /// <summary>The wait after that many failures in a row, doubling with each; none after none.</summary>
    /// <param name="failures">0 or more.</param>
    /// <param name="chance">From 0 up to 1.</param>
    public TimeSpan After(int failures, double chance)
    {
        if (failures == 0) return TimeSpan.Zero;
        var ticks = double.Min(Max.Ticks, Initial.Ticks * double.Pow(2, failures - 1));
        return TimeSpan.FromTicks((long)(ticks * (1 + Jitter * chance)));
    }
}
