using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Containers;

/// <summary>When the grace of a stop that is under way ends. It can be brought forward, never put off.</summary>
/// <remarks>
/// In Kubernetes 1.32 a second delete with a shorter grace does not reach a stop that has begun (issue 83916); the API documents that
/// it does, and here it does.
/// </remarks>
internal sealed class StopDeadline : IDisposable
{
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _ended = new();
    private readonly ITimer _timer;
    private readonly Lock _gate = new();            // guards the two fields below
    private DateTimeOffset _at;
    private TaskCompletionSource _shortened = New();

    public StopDeadline(TimeSpan grace, TimeProvider time)
    {
        (_time, _at) = (time, time.GetUtcNow() + grace);
        _timer = time.CreateTimer(_ => _ended.Cancel(), null, grace, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Cancelled when the grace is used up.</summary>
    public CancellationToken Ended => _ended.Token;

    public TimeSpan Remaining
    {
        get
        {
            lock (_gate) return _at > _time.GetUtcNow() ? _at - _time.GetUtcNow() : TimeSpan.Zero;
        }
    }

    /// <summary>Completes when the deadline is next brought forward.</summary>
    public Task Shortened
    {
        get
        {
            lock (_gate) return _shortened.Task;
        }
    }

    /// <summary>Brings the deadline forward to <paramref name="at"/>; a later time changes nothing.</summary>
    public void Shorten(DateTimeOffset at)
    {
        TaskCompletionSource told;
        lock (_gate)
        {
            if (at >= _at) return;
            _at = at;
            (told, _shortened) = (_shortened, New());
        }
        var left = at - _time.GetUtcNow();
        if (left > TimeSpan.Zero) _timer.Change(left, Timeout.InfiniteTimeSpan);
        else _ended.Cancel();
        told.TrySetResult();
    }

    /// <summary>The grace a stop of this pod is granted [pod_workers.go calculateEffectiveGracePeriod]; never under a second.</summary>
    public static TimeSpan GraceOf(Pod pod) => TimeSpan.FromSeconds(Math.Max(1, pod.Metadata switch
    {
        { HasDeletionGracePeriodSeconds: true } deleting => deleting.DeletionGracePeriodSeconds,
        _ => pod.Spec.HasTerminationGracePeriodSeconds ? pod.Spec.TerminationGracePeriodSeconds : 30,
    }));

    // The source has no timer of its own, so it needs no disposing, and a late Shorten finds it in order.
    public void Dispose() => _timer.Dispose();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
