using MiniK8s.ApiServer.Tests.Fakes;
using MiniK8s.Protocol.Policy.V1;

using static MiniK8s.ApiServer.Tests.Fakes.RegistryRig;

namespace MiniK8s.ApiServer.Tests.Registry;

[Collection(SharedStores.Collection)]
public sealed class PodDisruptionBudgetTests
{
    [EveryStoreFact]
    public async Task Update_BudgetWithoutItsVersion_IsInvalid()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(Budget());

        var refusal = await RefusalAsync(() => rig.PutAsync(Budget()));

        Assert.Equal((422, "PodDisruptionBudget.policy \"b\" is invalid: metadata.resourceVersion: Invalid value: 0x0: must be specified for an update"),
            (refusal.Code, refusal.Message));
    }

    private static PodDisruptionBudget Budget() => new()
    {
        Metadata = new() { Name = "b", Namespace = "default" }, Spec = new() { MinAvailable = new() { IntVal = 1 } },
    };
}
