using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.Client.Connection;
using MiniK8s.Client.Resources;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Protocol.V1;

namespace MiniK8s.Client.Tests.Resources;

public sealed class ResourceClientTests : IAsyncLifetime
{
    private readonly ManualTimeProvider _time = new();
    private FakePodsServer _server = null!;
    private ApiServerConnection _connection = null!;
    private ApiClient _api = null!;

    public async Task InitializeAsync()
    {
        _server = await FakePodsServer.StartAsync();
        _connection = new ApiServerConnection(_server.Config);
        _api = new ApiClient(_connection.CreateCallInvoker(), new ApiClientOptions(), _time);
    }

    public async Task DisposeAsync()
    {
        _connection.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Create_Pod_SendsItWithItsNamespace()
    {
        var pod = A.Pod("a", ns: "shop");

        var stored = await _api.Resource<Pod>().CreateAsync(pod, CancellationToken.None);

        Assert.Equal(pod, stored);
        Assert.Equal(new CreatePodRequest { Namespace = "shop", Object = pod }, await RequestAsync());
    }

    [Fact]
    public async Task List_Page_GivesItemsVersionAndToken()
    {
        var list = await _api.Resource<Pod>().ListAsync("shop", new ListOptions { Limit = 2 }, CancellationToken.None);

        Assert.Equal(["a", "b"], list.Items.Select(pod => pod.Metadata.Name));
        Assert.Equal(("7", "more"), (list.ResourceVersion, list.Continue));
        Assert.Equal(new ListRequest { Namespace = "shop", Options = new ListOptions { Limit = 2 } }, await RequestAsync());
    }

    [Fact]
    public async Task Patch_Status_SendsDocumentAndSubresource()
    {
        await _api.Resource<Pod>().PatchAsync("shop", "a", PatchType.StrategicMergePatch, "{}", "status", CancellationToken.None);

        Assert.Equal(
            new PatchRequest { Namespace = "shop", Name = "a", Type = PatchType.StrategicMergePatch, Patch = "{}", Subresource = "status" },
            await RequestAsync());
    }

    [Fact]
    public async Task Bind_Pod_SendsTheBinding()
    {
        var binding = new Binding { Metadata = new ObjectMeta { Namespace = "shop", Name = "a" }, Target = new ObjectReference { Name = "n1" } };

        await _api.BindAsync(binding, CancellationToken.None);

        Assert.Equal(new BindRequest { Namespace = "shop", Binding = binding }, await RequestAsync());
    }

    [Fact]
    public async Task Watch_UntilTheServerEnds_GivesEveryChange()
    {
        var changes = new List<(WatchEventType, string)>();
        await foreach (var change in _api.Resource<Pod>().WatchAsync("", new ListOptions { ResourceVersion = "7" }, CancellationToken.None))
            changes.Add((change.Type, change.ResourceVersion));

        Assert.Equal([(WatchEventType.Added, "9"), (WatchEventType.Bookmark, "10")], changes);
    }

    [Fact]
    public async Task Get_Refused_ThrowsTheServersStatus()
    {
        var refusal = await Assert.ThrowsAsync<ApiException>(() => _api.Resource<Pod>().GetAsync("shop", "a", CancellationToken.None));

        Assert.Equal((404, "NotFound", "pods \"a\" not found"), (refusal.Status.Code, refusal.Status.Reason, refusal.Status.Message));
    }

    [Fact]
    public async Task Delete_NoAnswerInTime_Throws504OnTheProcessClock()
    {
        var deletion = _api.Resource<Pod>().DeleteAsync("shop", "a", options: null, CancellationToken.None);
        await _time.WaitForTimersAsync(1);

        Assert.Equal(TimeSpan.FromSeconds(30), _time.AdvanceToNextTimer());

        var refusal = await Assert.ThrowsAsync<ApiException>(() => deletion).OrMissing("the time-out");
        Assert.Equal((504, "Timeout"), (refusal.Status.Code, refusal.Status.Reason));
    }

    [Fact]
    public async Task Get_NoServer_Throws503()
    {
        using var nowhere = new ApiServerConnection(new KubeConfig(new Uri("http://127.0.0.1:1")));
        var api = new ApiClient(nowhere.CreateCallInvoker(), new ApiClientOptions(), TimeProvider.System);

        var refusal = await Assert.ThrowsAsync<ApiException>(() => api.Resource<Pod>().GetAsync("shop", "a", CancellationToken.None));

        Assert.Equal((503, "ServiceUnavailable"), (refusal.Status.Code, refusal.Status.Reason));
    }

    [Fact]
    public void Of_EveryKind_HasAService() =>
        Assert.All(ApiKinds.All, kind => Assert.StartsWith("minik8s.v1.", ResourceService.Of(kind.Descriptor).Name));

    private async Task<Google.Protobuf.IMessage> RequestAsync() =>
        await _server.Requests.Reader.ReadAsync().AsTask().OrMissing("the request");
}
