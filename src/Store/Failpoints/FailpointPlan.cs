using System.Diagnostics;

namespace MiniK8s.Store.Failpoints;

/// <summary>Counts the hits of each failpoint and carries out what was planned for them. Any thread.</summary>
/// <param name="actions">What was planned.</param>
/// <param name="time">For sleeps.</param>
/// <param name="kill">Ends the process; does not return.</param>
internal sealed class FailpointPlan(IReadOnlyCollection<FailpointAction> actions, TimeProvider time, Action kill)
{
    private const int NoSpace = 28;     // ENOSPC
    private readonly FailpointAction[][] _planned =
        [.. Enum.GetValues<Failpoint>().Select(point => actions.Where(action => action.Point == point).ToArray())];
    private readonly int[] _hits = new int[Enum.GetValues<Failpoint>().Length];

    /// <summary>The plan that --failpoints wants of this process; null when it wants none.</summary>
    /// <exception cref="FormatException">The text is not a plan.</exception>
    public static FailpointPlan? Of(string text, TimeProvider time)
    {
        var actions = FailpointParser.Parse(text);
        return actions.Length == 0 ? null : new FailpointPlan(actions, time, KillSelf);
    }

    /// <summary>One hit; a sleep blocks the thread.</summary>
    public void Hit(Failpoint point) => HitAsync(point, CancellationToken.None).AsTask().GetAwaiter().GetResult();

    /// <summary>One hit; a sleep holds no thread.</summary>
    public async ValueTask HitAsync(Failpoint point, CancellationToken ct)
    {
        var planned = _planned[(int)point];
        if (planned.Length == 0) return;
        var hit = Interlocked.Increment(ref _hits[(int)point]);
        foreach (var action in planned)
        {
            if (action.Hit == 0 || action.Hit == hit) await RunAsync(action, ct).ConfigureAwait(false);
        }
    }

    private async ValueTask RunAsync(FailpointAction action, CancellationToken ct)
    {
        switch (action.Kind)
        {
            case FailpointKind.Kill:
                kill();
                break;
            case FailpointKind.Sleep:
                await Task.Delay(action.Duration, time, ct).ConfigureAwait(false);
                break;
            case FailpointKind.Full:
                throw new IOException($"No space left on device, as --failpoints wants it at {action.Point}", NoSpace);
            default:
                throw new IOException($"Input/output error, as --failpoints wants it at {action.Point}");
        }
    }

    private static void KillSelf()
    {
        using var self = Process.GetCurrentProcess();
        self.Kill();
    }
}
