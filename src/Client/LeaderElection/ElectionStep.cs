using MiniK8s.Protocol.Coordination.V1;

namespace MiniK8s.Client.LeaderElection;

/// <summary>What an instance does next about the lease.</summary>
internal enum ElectionStep
{
    /// <summary>Make it.</summary>
    Create,

    /// <summary>Become its holder: a new time of acquisition, one transition more.</summary>
    Take,

    /// <summary>Go on as its holder.</summary>
    Renew,

    /// <summary>Leave it to whoever holds it.</summary>
    Wait,

    /// <summary>Stop leading: someone else holds it.</summary>
    Lose,
}

/// <summary>Who holds a lease, and for how long, by one's own clock.</summary>
/// <remarks>
/// | the lease                                             | a candidate | a leader |
/// |-------------------------------------------------------|-------------|----------|
/// | is not there                                          | Create      | Create   |
/// | names nobody                                          | Take        | Take     |
/// | names us (we were started again, or an answer was lost) | Renew     | Renew    |
/// | names another, seen to change within its duration     | Wait        | Lose     |
/// | names another, not seen to change for its duration    | Take        | Lose     |
/// The times in a lease are its holder's and are not looked at, so clocks may differ by any amount; they may not run at different speeds.
/// As client-go decides, but for the last column: there a leader that finds another in its place tries on until its deadline, up to 10 s, and
/// all that while two would act. Source: client-go/tools/leaderelection/leaderelection.go, tryAcquireOrRenew.
/// </remarks>
internal static class Election
{
    /// <summary>The next step.</summary>
    /// <param name="leads">Whether this instance leads.</param>
    /// <param name="identity">Its name.</param>
    /// <param name="lease">As it stands; null: there is none.</param>
    /// <param name="unchanged">For how long it has been seen as it stands.</param>
    public static ElectionStep Decide(bool leads, string identity, LeaseSpec? lease, TimeSpan unchanged)
    {
        if (lease is null) return ElectionStep.Create;
        if (lease.HolderIdentity.Length == 0) return ElectionStep.Take;
        if (lease.HolderIdentity == identity) return ElectionStep.Renew;
        if (leads) return ElectionStep.Lose;
        return unchanged < TimeSpan.FromSeconds(lease.LeaseDurationSeconds) ? ElectionStep.Wait : ElectionStep.Take;
    }
}
