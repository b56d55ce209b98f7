using MiniK8s.ApiServer.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;

using static MiniK8s.ApiServer.Tests.Fakes.RegistryRig;

namespace MiniK8s.ApiServer.Tests.Registry;

[Collection(SharedStores.Collection)]
public sealed class LimitRangeTests
{
    [EveryStoreFact]
    public async Task Put_AbsentLimitRange_CreatesIt()
    {
        await using var rig = await StartAsync();
        var range = new LimitRange
        {
            Metadata = new() { Name = "l", Namespace = "default" },
            Spec = new() { Limits = { new LimitRangeItem { Type = "Container", Max = { ["cpu"] = "2" } } } },
        };

        var result = await rig.PutAsync(range);

        Assert.True(result.Created);
        Assert.Equal("2", ((LimitRange)result.Object).Spec.Limits[0].DefaultRequest["cpu"]);
    }
}
