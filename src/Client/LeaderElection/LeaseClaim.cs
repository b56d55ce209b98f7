using Google.Protobuf.WellKnownTypes;

using MiniK8s.Protocol.Coordination.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Client.LeaderElection;

/// <summary>What one instance writes into the lease. What it does not own (labels, strategy, preferredHolder) stays as it was.</summary>
/// <remarks>Source: client-go/tools/leaderelection/resourcelock/leaselock.go.</remarks>
internal sealed class LeaseClaim(string ns, string name, string identity, TimeSpan duration, TimeProvider time)
{
    // So short that whoever does not heed the missing holder takes it at once, too; none is not allowed.
    private const int ReleasedSeconds = 1;

    private Timestamp Now => Timestamp.FromDateTimeOffset(time.GetUtcNow());

    public Lease Created() => new()
    {
        Metadata = new ObjectMeta { Namespace = ns, Name = name },
        Spec = new LeaseSpec { HolderIdentity = identity, LeaseDurationSeconds = (int)duration.TotalSeconds, AcquireTime = Now, RenewTime = Now, LeaseTransitions = 0 },
    };

    public Lease Taken(Lease lease)
    {
        var taken = Renewed(lease);
        taken.Spec.AcquireTime = taken.Spec.RenewTime;
        taken.Spec.LeaseTransitions = lease.Spec.LeaseTransitions + 1;
        return taken;
    }

    public Lease Renewed(Lease lease)
    {
        var renewed = lease.Clone();
        renewed.Spec.HolderIdentity = identity;
        renewed.Spec.LeaseDurationSeconds = (int)duration.TotalSeconds;
        renewed.Spec.RenewTime = Now;
        return renewed;
    }

    public Lease Released(Lease lease)
    {
        var released = lease.Clone();
        released.Spec.HolderIdentity = "";
        released.Spec.LeaseDurationSeconds = ReleasedSeconds;
        released.Spec.AcquireTime = released.Spec.RenewTime = Now;
        return released;
    }
}
