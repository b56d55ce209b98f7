using MiniK8s.Kubelet.ContainerConfigs;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Kubelet.Tests.ContainerConfigs;

public sealed class ServiceVariablesTests
{
    [Fact]
    public void Of_NamedPort_GivesAllForms()
    {
        var variables = ServiceVariables.Of([Service("ns", "redis-master", "10.0.0.11", 6379, "db")], "ns", wantsLinks: true).Select(v => $"{v.Name}={v.Value}");

        Assert.Equal(
        [
            "REDIS_MASTER_SERVICE_HOST=10.0.0.11",
            "REDIS_MASTER_SERVICE_PORT=6379",
            "REDIS_MASTER_SERVICE_PORT_DB=6379",
            "REDIS_MASTER_PORT=tcp://10.0.0.11:6379",
            "REDIS_MASTER_PORT_6379_TCP=tcp://10.0.0.11:6379",
            "REDIS_MASTER_PORT_6379_TCP_PROTO=tcp",
            "REDIS_MASTER_PORT_6379_TCP_PORT=6379",
            "REDIS_MASTER_PORT_6379_TCP_ADDR=10.0.0.11",
        ], variables);
    }

    [Theory]
    [InlineData(true, "KUBERNETES_SERVICE_HOST=10.96.0.1 WEB_SERVICE_HOST=10.0.0.2")]
    [InlineData(false, "KUBERNETES_SERVICE_HOST=10.96.0.1")]
    public void Of_OtherNamespacesAndHeadless_OnlyOwnOnesAndAlwaysKubernetes(bool wantsLinks, string hosts)
    {
        Service[] services =
        [
            Service("default", "kubernetes", "10.96.0.1", 443), Service("ns", "web", "10.0.0.2", 80),
            Service("other", "far", "10.0.0.3", 80), Service("ns", "headless", "None", 80), Service("default", "near", "10.0.0.4", 80),
        ];

        var variables = ServiceVariables.Of(services, "ns", wantsLinks).Where(v => v.Name.EndsWith("SERVICE_HOST", StringComparison.Ordinal)).Select(v => $"{v.Name}={v.Value}");

        Assert.Equal(hosts, string.Join(' ', variables));
    }

    private static Service Service(string ns, string name, string ip, int port, string portName = "") => new()
    {
        Metadata = new ObjectMeta { Namespace = ns, Name = name },
        Spec = new ServiceSpec { ClusterIp = ip, Ports = { new ServicePort { Port = port, Name = portName, Protocol = "TCP" } } },
    };
}
