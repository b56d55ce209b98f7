using MiniK8s.ApiServer.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;

using static MiniK8s.ApiServer.Tests.Fakes.RegistryRig;

namespace MiniK8s.ApiServer.Tests.Registry;

[Collection(SharedStores.Collection)]
public sealed class ServiceTests
{
    [EveryStoreFact]
    public async Task Create_Service_GetsAnAddressOfItsOwn()
    {
        await using var rig = await StartAsync();

        var one = await rig.CreateAsync(Service("one"));
        var two = await rig.CreateAsync(Service("two"));

        Assert.Matches(@"^10\.96\.\d+\.\d+$", one.Spec.ClusterIp);
        Assert.Equal([one.Spec.ClusterIp], one.Spec.ClusterIps);
        Assert.NotEqual(one.Spec.ClusterIp, two.Spec.ClusterIp);
    }

    [EveryStoreFact]
    public async Task Create_AddressIsTaken_IsInvalidAndFreeAgainAfterTheDelete()
    {
        await using var rig = await StartAsync();
        await rig.CreateAsync(Service("one", spec => spec.ClusterIp = "10.96.0.10"));

        var refusal = await RefusalAsync(() => rig.CreateAsync(Service("two", spec => spec.ClusterIp = "10.96.0.10")));
        await rig.DeleteAsync<Service>("default", "one");
        var again = await rig.CreateAsync(Service("two", spec => spec.ClusterIp = "10.96.0.10"));

        Assert.Equal("Service \"two\" is invalid: spec.clusterIPs: Invalid value: [\"10.96.0.10\"]: failed to allocate IP 10.96.0.10: "
            + "provided IP is already allocated", refusal.Message);
        Assert.Equal("10.96.0.10", again.Spec.ClusterIp);
    }

    [EveryStoreFact]
    public async Task Create_Headless_GetsNone()
    {
        await using var rig = await StartAsync();

        var service = await rig.CreateAsync(Service("one", spec => spec.ClusterIp = "None"));

        Assert.Equal(["None"], service.Spec.ClusterIps);
    }

    [EveryStoreFact]
    public async Task Update_WithoutTheAddress_KeepsIt()
    {
        await using var rig = await StartAsync();
        var before = await rig.CreateAsync(Service("one", spec => spec.Type = "NodePort"));

        var result = await rig.PutAsync(Service("one", spec => { spec.Type = "NodePort"; spec.Selector["a"] = "b"; }));

        var after = (Service)result.Object;
        Assert.Equal(before.Spec.ClusterIp, after.Spec.ClusterIp);
        Assert.Equal(before.Spec.Ports[0].NodePort, after.Spec.Ports[0].NodePort);
        Assert.InRange(after.Spec.Ports[0].NodePort, 30000, 32767);
    }

    private static Service Service(string name, Action<ServiceSpec>? change = null)
    {
        var service = new Service
        {
            Metadata = new() { Name = name, Namespace = "default" },
            Spec = new() { Type = "ClusterIP", SessionAffinity = "None", Ports = { new ServicePort { Port = 80, Protocol = "TCP", TargetPort = new() { IntVal = 80 } } } },
        };
        change?.Invoke(service.Spec);
        return service;
    }
}
