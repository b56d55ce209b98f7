using Google.Protobuf.WellKnownTypes;

using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.ApiServer.Registry;
using MiniK8s.ApiServer.Registry.Metrics;
using MiniK8s.ApiServer.Tests.Rest.Serving;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Protocol.Metrics.V1Beta1;
using MiniK8s.Protocol.V1;

using UserInfo = MiniK8s.ApiServer.Registry.UserInfo;

namespace MiniK8s.ApiServer.Tests.Registry;

/// <summary>What is measured: two nodes, one of which does not answer, and their pods.</summary>
public sealed class MetricsTests : IAsyncLifetime
{
    private static readonly Timestamp At = new() { Seconds = 1893456000 };
    private static readonly RequestContext Admin = new(UserInfo.Admin, "", "");

    private readonly FakeRegistries _stored = new(TimeProvider.System);
    private readonly Told _told = new();
    private readonly NodeUsages _nodes;
    private readonly PodUsages _pods;

    public MetricsTests()
    {
        _nodes = new(_stored.Of(ApiKinds.Of<Node>()), () => _told);
        _pods = new(_stored.Of(ApiKinds.Of<Pod>()), () => _told);
    }

    public async Task InitializeAsync()
    {
        await AddAsync(new Node { Metadata = new() { Name = "a", Labels = { ["zone"] = "1" } } });
        await AddAsync(new Node { Metadata = new() { Name = "silent" } });
        foreach (var (name, node) in new[] { ("web", "a"), ("ended", "a"), ("lost", "silent"), ("waiting", "") })
            await AddAsync(new Pod { Metadata = new() { Name = name, Namespace = "ns", Labels = { ["app"] = name } }, Spec = new() { NodeName = node } });
        _told.Nodes["a"] = new()
        {
            At = At,
            Total = new() { CpuNanocores = 1_387_706, MemoryBytes = 3372 << 10 },
            Pods =
            {
                new PodUsageStats
                {
                    PodNamespace = "ns", PodName = "web",
                    Containers =
                    {
                        new ContainerUsageStats { Name = "c", Usage = new() { CpuNanocores = 12_000_000, MemoryBytes = 5 << 20 } },
                        new ContainerUsageStats { Name = "d", Usage = new() },
                    },
                },
            },
        };
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Nodes_Listed_AreThoseWhoseKubeletsTell()
    {
        var list = await _nodes.ListAsync(Admin, "", new(), default);

        var node = Assert.IsType<NodeMetrics>(Assert.Single(list.Items));
        Assert.Equal(("a", "1", At, "15s"), (node.Metadata.Name, node.Metadata.Labels["zone"], node.Timestamp, node.Window));
        Assert.Equal(("1387706n", "3372Ki"), (node.Usage["cpu"], node.Usage["memory"]));
    }

    [Fact]
    public async Task Pods_Listed_AreThoseOfWhichSomethingRuns()
    {
        var list = await _pods.ListAsync(Admin, "ns", new(), default);

        var pod = Assert.IsType<PodMetrics>(Assert.Single(list.Items));
        Assert.Equal(("web", "ns", "web"), (pod.Metadata.Name, pod.Metadata.Namespace, pod.Metadata.Labels["app"]));
        Assert.Equal([("c", "12m", "5Mi"), ("d", "0", "0")], pod.Containers.Select(container => (container.Name, container.Usage["cpu"], container.Usage["memory"])));
    }

    [Fact]
    public async Task Objects_Read_AreThoseOfTheLists()
    {
        Assert.Equal((await _nodes.ListAsync(Admin, "", new(), default)).Items.Single(), await _nodes.GetAsync(Admin, "", "a", new(), default));
        Assert.Equal((await _pods.ListAsync(Admin, "ns", new(), default)).Items.Single(), await _pods.GetAsync(Admin, "ns", "web", new(), default));
    }

    [Theory]
    [InlineData("ended", "podmetrics.metrics.k8s.io \"ns/ended\" not found")]
    [InlineData("lost", "podmetrics.metrics.k8s.io \"ns/lost\" not found")]
    [InlineData("waiting", "podmetrics.metrics.k8s.io \"ns/waiting\" not found")]
    [InlineData("nobody", "pods \"nobody\" not found")]
    public async Task Pod_NotMeasured_IsNotFound(string name, string message)
    {
        var refusal = await Assert.ThrowsAsync<ApiException>(() => _pods.GetAsync(Admin, "ns", name, new(), default));

        Assert.Equal((404, message), (refusal.Status.Code, refusal.Status.Message));
    }

    [Fact]
    public async Task Node_NotMeasured_IsNotFound()
    {
        var refusal = await Assert.ThrowsAsync<ApiException>(() => _nodes.GetAsync(Admin, "", "silent", new(), default));

        Assert.Equal((404, "nodemetrics.metrics.k8s.io \"silent\" not found"), (refusal.Status.Code, refusal.Status.Message));
    }

    private Task AddAsync(Protocol.IApiObject obj) => _stored.Of(ApiKinds.Of(obj)).CreateAsync(Admin, obj.Metadata.Namespace, obj, new CreateOptions(), default);

    private sealed class Told : IKubeletStats
    {
        public Dictionary<string, StatsResponse> Nodes { get; } = [];

        public Task<IReadOnlyDictionary<string, StatsResponse>> ReadAsync(RequestContext request, IEnumerable<string> nodes, CancellationToken ct) =>
            Task.FromResult<IReadOnlyDictionary<string, StatsResponse>>(nodes.Where(Nodes.ContainsKey).ToDictionary(node => node, node => Nodes[node]));

        public Task<StatsResponse?> ReadAsync(RequestContext request, string node, CancellationToken ct) => Task.FromResult(Nodes.GetValueOrDefault(node));
    }
}
