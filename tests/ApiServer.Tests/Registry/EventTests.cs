using MiniK8s.ApiServer.Storage;
using MiniK8s.ApiServer.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;

using static MiniK8s.ApiServer.Tests.Fakes.RegistryRig;

namespace MiniK8s.ApiServer.Tests.Registry;

[Collection(SharedStores.Collection)]
public sealed class EventTests
{
    [EveryStoreFact]
    public async Task Create_Events_HangOnOneLeaseAndOtherObjectsOnNone()
    {
        await using var rig = await StartAsync();

        await rig.CreateAsync(Event("first"));
        await rig.CreateAsync(Event("second"));
        await rig.CreateAsync(Pod("web"));

        var stored = (await rig.Store.RangeAsync(new StoreRange("\0", "\0"), default)).Items;
        var leases = stored.ToLookup(kv => kv.Key.ToStringUtf8().Contains("/events/", StringComparison.Ordinal), kv => kv.Lease);
        Assert.Equal(2, leases[true].Count());
        Assert.NotEqual(0, Assert.Single(leases[true].Distinct()));
        Assert.Equal(0, Assert.Single(leases[false].Distinct()));
    }

    private static Event Event(string name) => new()
    {
        Metadata = new() { Name = name, Namespace = "default" },
        InvolvedObject = new() { Kind = "Pod", Namespace = "default", Name = "web" },
        Reason = "Tested",
    };
}
