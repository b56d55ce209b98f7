using MiniK8s.ApiServer.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;

using static MiniK8s.ApiServer.Tests.Fakes.RegistryRig;

namespace MiniK8s.ApiServer.Tests.Registry;

[Collection(SharedStores.Collection)]
public sealed class PersistentVolumeClaimTests
{
    [EveryStoreFact]
    public async Task Create_Claim_IsPendingAndKeepsBothSpellingsOfItsSource()
    {
        await using var rig = await StartAsync();

        var claim = await rig.CreateAsync(new PersistentVolumeClaim
        {
            Metadata = new() { Name = "data", Namespace = "default" },
            Spec = new()
            {
                AccessModes = { "ReadWriteOnce" }, Resources = new() { Requests = { ["storage"] = "1Gi" } },
                DataSource = new() { Kind = "PersistentVolumeClaim", Name = "other" },
            },
            Status = new() { Phase = "Bound" },
        });

        Assert.Equal(("Pending", "Filesystem", "other"), (claim.Status.Phase, claim.Spec.VolumeMode, claim.Spec.DataSourceRef.Name));
        Assert.Equal(0, claim.Metadata.Generation);
    }
}
