using Microsoft.Extensions.Logging.Abstractions;

using MiniK8s.Client.Informers;
using MiniK8s.ControllerManager.ServiceEndpoints;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Discovery.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ControllerManager.Tests.ServiceEndpoints;

public sealed class EndpointsControllerTests
{
    private static readonly ObjectKey Web = new("shop", "web");
    private readonly Controllers _made = new();
    private readonly EndpointsController _endpoints;
    private readonly EndpointSliceController _slices;

    public EndpointsControllerTests()
    {
        _endpoints = new EndpointsController(_made.Informers, _made.Api, _made.Events, _made.Time, NullLoggerFactory.Instance);
        _slices = new EndpointSliceController(_made.Informers, _made.Api, _made.Events, _made.Time, NullLoggerFactory.Instance);
    }

    [Fact]
    public async Task Reconcile_NewServiceThenPods_CreatesThenUpdatesThenRests()
    {
        _made.Known(A.Service(A.Port()));
        Assert.Equal(["create Endpoints shop/web"], await EndpointsAsync());

        _made.Known(A.Pod("a", "10.1.0.1"));
        _made.Known(A.Pod("other", "10.1.0.2", app: "db"));
        _made.Known(A.Pod("ended", "10.1.0.3", phase: "Succeeded"));
        _made.Known(A.Pod("starting", ""));
        Assert.Equal(["update Endpoints shop/web"], await EndpointsAsync());
        Assert.Equal(["10.1.0.1"], _made.Api.All<Endpoints>().Single().Subsets.Single().Addresses.Select(address => address.Ip));

        Assert.Empty(await EndpointsAsync());
    }

    [Fact]
    public async Task Reconcile_ServiceGone_RemovesItsEndpointsAndSlices()
    {
        _made.Known(A.Service(A.Port()));
        await EndpointsAsync();
        await _slices.ReconcileAsync(Web, CancellationToken.None);
        Assert.Single(_made.Api.All<EndpointSlice>());
        _made.TakeWrites();
        _made.Api.Remove<Service>("shop", "web");
        _made.CatchUp<Service>();

        Assert.Equal(["delete Endpoints shop/web"], await EndpointsAsync());
        await _slices.ReconcileAsync(Web, CancellationToken.None);

        Assert.Empty(_made.Api.All<EndpointSlice>());
    }

    [Fact]
    public async Task Reconcile_ServiceWithoutSelector_LeavesTheUsersEndpointsAlone()
    {
        var service = A.Service(A.Port());
        service.Spec.Selector.Clear();
        _made.Known(service);
        _made.Known(new Endpoints { Metadata = new ObjectMeta { Namespace = "shop", Name = "web" } });

        Assert.Empty(await EndpointsAsync());
    }

    private async Task<IReadOnlyList<string>> EndpointsAsync()
    {
        await _endpoints.ReconcileAsync(Web, CancellationToken.None);
        _made.CatchUp<Endpoints>();
        return _made.TakeWrites();
    }
}
