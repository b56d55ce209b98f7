namespace MiniK8s.Kubelet.Probes;

/// <summary>What a probe sees of its container at a tick; all of it as published.</summary>
/// <param name="ContainerId">Empty while there is none.</param>
/// <param name="StartedAt">Of the running instance; whole seconds.</param>
/// <param name="IsStarted">The startup probe, if there is one, has succeeded.</param>
/// <param name="IsPodOver">The pod's phase is terminal.</param>
/// <param name="NeverRestarts">restartPolicy Never.</param>
internal readonly record struct ProbeSighting(
    string ContainerId, bool IsRunning, bool IsTerminated, DateTimeOffset StartedAt, bool IsStarted, bool IsPodDeleting, bool IsPodOver, bool NeverRestarts);

/// <summary>What to do at a tick.</summary>
internal enum ProbeAction
{
    Skip,
    Execute,
    End,
}

/// <summary>What a probe carries from tick to tick [pkg/kubelet/prober/worker.go].</summary>
/// <param name="ContainerId">The instance the rest is about.</param>
/// <param name="OnHold">Has spoken for good about this instance.</param>
/// <param name="Last">The latest verdict, counted whether or not a threshold was reached.</param>
/// <param name="InARow">How often it came in a row.</param>
/// <remarks>
/// #  | at a tick                                          | stored result          | action
/// ---+----------------------------------------------------+------------------------+--------
/// 1  | the pod is over                                    | unchanged              | End
/// 2  | no container yet                                   | unchanged              | Skip
/// 3  | another container than before                      | the initial one; go on | -
/// 4  | on hold                                            | unchanged              | Skip
/// 5  | ended, restartPolicy Never                         | Failure                | End
/// 6  | not running                                        | Failure                | Skip
/// 7  | the pod is being deleted; liveness or startup      | Success                | End
/// 8  | running for less than the initial delay            | unchanged              | Skip
/// 9  | started: startup; not started: liveness, readiness | unchanged              | Skip
/// 10 | otherwise                                          | unchanged              | Execute
/// </remarks>
internal sealed record ProbeState(string ContainerId = "", bool OnHold = false, ProbeResult Last = ProbeResult.Unknown, int InARow = 0)
{
    /// <summary>What holds before the first result.</summary>
    public static ProbeResult Initial(ProbeKind kind) => kind switch
    {
        ProbeKind.Liveness => ProbeResult.Success,
        ProbeKind.Readiness => ProbeResult.Failure,
        _ => ProbeResult.Unknown,
    };

    /// <summary>One tick; <c>Store</c> is null where the stored result stays.</summary>
    public (ProbeAction Action, ProbeResult? Store, ProbeState Next) Tick(ProbeKind kind, ProbeSighting seen, TimeSpan initialDelay, DateTimeOffset now)
    {
        if (seen.IsPodOver) return (ProbeAction.End, null, this);
        if (seen.ContainerId.Length == 0) return (ProbeAction.Skip, null, this);
        if (seen.ContainerId != ContainerId)
        {
            var (action, store, next) = new ProbeState(seen.ContainerId).Tick(kind, seen, initialDelay, now);
            return (action, store ?? Initial(kind), next);
        }
        if (OnHold) return (ProbeAction.Skip, null, this);
        if (!seen.IsRunning) return (seen.IsTerminated && seen.NeverRestarts ? ProbeAction.End : ProbeAction.Skip, ProbeResult.Failure, this);
        if (seen.IsPodDeleting && kind != ProbeKind.Readiness) return (ProbeAction.End, ProbeResult.Success, this);
        if (now - seen.StartedAt < initialDelay) return (ProbeAction.Skip, null, this);
        if (seen.IsStarted == (kind == ProbeKind.Startup)) return (ProbeAction.Skip, null, this);
        return (ProbeAction.Execute, null, this);
    }

    /// <summary>After an execution; <c>Store</c> is null below the threshold and after an error, which is thrown away.</summary>
    public (ProbeResult? Store, ProbeState Next) After(ProbeKind kind, ProbeVerdict verdict, int successThreshold, int failureThreshold)
    {
        if (verdict == ProbeVerdict.Error) return (null, this);
        var result = verdict == ProbeVerdict.Failure ? ProbeResult.Failure : ProbeResult.Success;
        var counted = this with { Last = result, InARow = result == Last ? InARow + 1 : 1 };
        if (counted.InARow < (result == ProbeResult.Failure ? failureThreshold : successThreshold)) return (null, counted);

        var isFinal = kind == ProbeKind.Startup || (kind == ProbeKind.Liveness && result == ProbeResult.Failure);
        return (result, isFinal ? counted with { OnHold = true, Last = ProbeResult.Unknown, InARow = 0 } : counted);
    }
}
