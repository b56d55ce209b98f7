namespace MiniK8s.Store.Failpoints;

/// <summary>What happens at a failpoint.</summary>
/// <param name="Point">Where.</param>
/// <param name="Hit">Only at this hit, counted from 1; 0 for every hit.</param>
/// <param name="Kind">What.</param>
/// <param name="Duration">How long a <see cref="FailpointKind.Sleep"/> lasts.</param>
internal sealed record FailpointAction(Failpoint Point, int Hit, FailpointKind Kind, TimeSpan Duration = default);

/// <summary>The ways to fail.</summary>
internal enum FailpointKind
{
    /// <summary><c>kill</c>: the process ends as by kill -9.</summary>
    Kill,

    /// <summary><c>sleep(200ms)</c>: what runs there waits.</summary>
    Sleep,

    /// <summary><c>error</c>: an input/output error.</summary>
    Error,

    /// <summary><c>full</c>: no space is left on the device.</summary>
    Full,
}
