using MiniK8s.ControllerManager.ServiceEndpoints;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ControllerManager.Tests.ServiceEndpoints;

public sealed class EndpointsPlanTests
{
    [Theory]
    [InlineData(true, false, false, "ready")]
    [InlineData(false, false, false, "not ready")]
    [InlineData(true, true, false, "out")]
    [InlineData(false, true, false, "out")]
    [InlineData(false, false, true, "ready")]
    [InlineData(true, true, true, "ready")]
    public void Of_OnePod_StandsWhereTheTableSays(bool ready, bool deleting, bool publishNotReady, string where)
    {
        var service = A.Service(A.Port());
        service.Spec.PublishNotReadyAddresses = publishNotReady;

        var subset = EndpointsPlan.Of(service, [A.Pod("a", "10.1.0.1", ready, deleting)]).Subsets.SingleOrDefault();

        Assert.Equal(where, subset switch
        {
            null => "out",
            { Addresses.Count: 1, NotReadyAddresses.Count: 0 } => "ready",
            { Addresses.Count: 0, NotReadyAddresses.Count: 1 } => "not ready",
            _ => "elsewhere",
        });
    }

    [Fact]
    public void Of_SeveralPods_ShareASubsetInOrderOfAddress()
    {
        var wanted = EndpointsPlan.Of(A.Service(A.Port(80, 8080, "http")), [A.Pod("a", "10.1.0.2"), A.Pod("b", "10.1.0.1")]);

        var subset = Assert.Single(wanted.Subsets);
        Assert.Equal(["10.1.0.1", "10.1.0.2"], subset.Addresses.Select(address => address.Ip));
        Assert.Equal(new EndpointPort { Name = "http", Port = 8080, Protocol = "TCP" }, Assert.Single(subset.Ports));
        Assert.Equal(("Pod", "b", "uid-b"), (subset.Addresses[0].TargetRef.Kind, subset.Addresses[0].TargetRef.Name, subset.Addresses[0].TargetRef.Uid));
        Assert.Equal(("front", "n1"), (wanted.Metadata.Labels["tier"], subset.Addresses[0].NodeName));
    }

    [Fact]
    public void Of_NamedTargetPort_IsResolvedPerPod()
    {
        var (a, b, without) = (A.Pod("a", "10.1.0.1"), A.Pod("b", "10.1.0.2"), A.Pod("c", "10.1.0.3"));
        a.Spec.Containers[0].Ports.Add(new ContainerPort { Name = "http", ContainerPort_ = 8080, Protocol = "TCP" });
        b.Spec.Containers[0].Ports.Add(new ContainerPort { Name = "http", ContainerPort_ = 9090, Protocol = "TCP" });

        var wanted = EndpointsPlan.Of(A.Service(A.NamedPort("http")), [a, b, without]);

        Assert.Equal(
            [("10.1.0.1", 8080), ("10.1.0.2", 9090)],
            wanted.Subsets.Select(subset => (subset.Addresses.Single().Ip, subset.Ports.Single().Port)));
    }

    [Fact]
    public void Of_HeadlessService_HasTheLabelAndNeedsNoPorts()
    {
        var service = A.Service();
        service.Spec.ClusterIp = "None";

        var wanted = EndpointsPlan.Of(service, [A.Pod("a", "10.1.0.1")]);

        Assert.Equal("", wanted.Metadata.Labels[ServicePods.HeadlessLabel]);
        Assert.Empty(Assert.Single(wanted.Subsets).Ports);
    }

    [Theory]
    [InlineData(true, false, false, true, true, false)]
    [InlineData(false, false, false, false, false, false)]
    [InlineData(true, true, false, false, true, true)]
    [InlineData(false, true, false, false, false, true)]
    [InlineData(false, true, true, true, false, true)]
    public void SlicePlan_OnePod_HasTheConditionsOfTheTable(
        bool podReady, bool deleting, bool publishNotReady, bool ready, bool serving, bool terminating)
    {
        var service = A.Service(A.Port());
        service.Spec.PublishNotReadyAddresses = publishNotReady;

        var changes = EndpointSlicePlan.Of(service, [A.Pod("a", "10.1.0.1", podReady, deleting)], _ => "zone-a", []);

        var endpoint = Assert.Single(Assert.Single(changes.Create).Endpoints);
        Assert.Equal((ready, serving, terminating), (endpoint.Conditions.Ready, endpoint.Conditions.Serving, endpoint.Conditions.Terminating));
        Assert.Equal(("zone-a", "n1"), (endpoint.Zone, endpoint.NodeName));
    }

    [Fact]
    public void SlicePlan_SameAgain_WritesNothing()
    {
        var (service, pod) = (A.Service(A.Port()), A.Pod("a", "10.1.0.1"));
        var current = EndpointSlicePlan.Of(service, [pod], _ => null, []).Create;

        var changes = EndpointSlicePlan.Of(service, [pod], _ => null, current);

        Assert.Equal((0, 0, 0), (changes.Create.Count, changes.Update.Count, changes.Delete.Count));
    }

    [Fact]
    public void SlicePlan_LastPodGone_LeavesOneEmptySlice()
    {
        var service = A.Service(A.Port());
        var current = EndpointSlicePlan.Of(service, [A.Pod("a", "10.1.0.1")], _ => null, []).Create;

        var changes = EndpointSlicePlan.Of(service, [], _ => null, current);

        Assert.Empty(Assert.Single(changes.Update).Endpoints);
        Assert.Equal((0, 0), (changes.Create.Count, changes.Delete.Count));
    }

    [Fact]
    public void SlicePlan_MoreThanAHundred_FillsSeveralSlices()
    {
        var pods = Enumerable.Range(0, 250).Select(i => A.Pod($"p{i}", $"10.1.{i / 250}.{i}")).ToList();

        var changes = EndpointSlicePlan.Of(A.Service(A.Port()), pods, _ => null, []);

        Assert.Equal([100, 100, 50], changes.Create.Select(slice => slice.Endpoints.Count));
        Assert.All(changes.Create, slice => Assert.Equal(
            ("web-", "web", "endpointslice-controller.k8s.io", "uid-web", "IPv4"),
            (slice.Metadata.GenerateName, slice.Metadata.Labels[EndpointSlicePlan.ServiceLabel], slice.Metadata.Labels[EndpointSlicePlan.ManagedByLabel],
                slice.Metadata.OwnerReferences.Single().Uid, slice.AddressType)));
    }
}
