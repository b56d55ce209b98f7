namespace MiniK8s.Kubelet.Images;

/// <summary>How much of its registries a node asks for.</summary>
/// <param name="AtOnce">Pulls at a time; 0 is any number.</param>
/// <param name="PerSecond">Pulls that may begin in a second, in the long run; 0 is any number.</param>
/// <param name="Burst">Pulls that may begin at once after a time of rest.</param>
internal sealed record PullLimits(int AtOnce, int PerSecond, int Burst)
{
    /// <summary>One after the other, and as often as one likes.</summary>
    public static PullLimits OneAtATime { get; } = new(AtOnce: 1, PerSecond: 0, Burst: 0);
}
