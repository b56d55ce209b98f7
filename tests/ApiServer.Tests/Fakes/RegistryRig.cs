using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.ApiServer.Registry;
using MiniK8s.ApiServer.Registry.Pods;
using MiniK8s.ApiServer.Storage;
using MiniK8s.ApiServer.WatchCache;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Authentication.V1;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Protocol.Policy.V1;

using UserInfo = MiniK8s.ApiServer.Registry.UserInfo;

namespace MiniK8s.ApiServer.Tests.Fakes;

/// <summary>The rooms of an apiserver over the store of the running test, with the namespace "default" and its account.</summary>
internal sealed class RegistryRig : IAsyncDisposable
{
    public static readonly DateTimeOffset Noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly ServiceProvider _services;
    private readonly StoreFeed _feed;

    private RegistryRig(StoreWithFaults store, WatchCacheOptions options, IIdentitySource? chance, IDisruptionBudgets? budgets)
    {
        Store = store;
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<TimeProvider>(Time);
        var settings = new ApiServerOptions();
        services.AddSingleton(settings);
        services.AddApiServer(settings);
        services.AddSingleton<IKeyValueStore>(store);
        services.AddSingleton(options);
        if (chance is not null) services.AddSingleton(chance);
        if (budgets is not null) services.AddSingleton(budgets);
        _services = services.BuildServiceProvider();
        _feed = new StoreFeed(Store, _services.GetRequiredService<ResourceCaches>(), Time, NullLogger<StoreFeed>.Instance);
    }

    public StoreWithFaults Store { get; }

    public ManualTimeProvider Time { get; } = new(Noon);

    public ResourceCaches Caches => _services.GetRequiredService<ResourceCaches>();

    public static async Task<RegistryRig> StartAsync(WatchCacheOptions? options = null, IIdentitySource? chance = null, IDisruptionBudgets? budgets = null)
    {
        var rig = new RegistryRig(await SharedStores.EmptyAsync(), options ?? new WatchCacheOptions(), chance, budgets);
        await rig._feed.StartAsync(CancellationToken.None);
        await rig.Caches.Ready.OrMissing("the first list");
        await rig.CreateAsync(new Namespace { Metadata = new() { Name = "default" } });
        await rig.CreateAsync(new ServiceAccount { Metadata = new() { Name = "default", Namespace = "default" } });
        return rig;
    }

    public IResourceRegistry Registry<T>() where T : IApiObject =>
        _services.GetRequiredService<IResourceRegistries>().Of(ApiKinds.Of<T>());

    public async Task<T> CreateAsync<T>(T obj, CreateOptions? options = null, UserInfo? user = null) where T : class, IApiObject =>
        (T)await Registry<T>().CreateAsync(As(user), obj.Metadata.Namespace, Normalizer.Normalize(obj), options ?? new(), default);

    public async Task<T> GetAsync<T>(string ns, string name) where T : class, IApiObject =>
        (T)await Registry<T>().GetAsync(As(null), ns, name, new(), default);

    public async Task<T> UpdateAsync<T>(
        string ns, string name, Action<T> change, string subresource = "", UpdateOptions? options = null, UserInfo? user = null) where T : class, IApiObject
    {
        var result = await Registry<T>().UpdateAsync(As(user), ns, name, subresource, current =>
        {
            change((T)current!);
            return current!;
        }, options ?? new(), default);
        return (T)result.Object;
    }

    public Task<UpdateResult> PutAsync<T>(T obj, string subresource = "") where T : class, IApiObject =>
        Registry<T>().UpdateAsync(As(null), obj.Metadata.Namespace, obj.Metadata.Name, subresource, _ => obj, new(), default);

    public Task<DeleteResult> DeleteAsync<T>(string ns, string name, DeleteOptions? options = null, UserInfo? user = null) where T : class, IApiObject =>
        Registry<T>().DeleteAsync(As(user), ns, name, options ?? new(), default);

    public Task<ObjectList> ListAsync<T>(string ns, ListOptions? options = null) where T : class, IApiObject =>
        Registry<T>().ListAsync(As(null), ns, options ?? new(), default);

    /// <summary>Opens a watch and waits until it stands.</summary>
    public async Task<WatchProbe> WatchAsync<T>(string ns, ListOptions? options = null) where T : class, IApiObject
    {
        var cache = Caches.Of(ApiKinds.Of<T>());
        var before = cache.WatcherCount;
        var probe = new WatchProbe(Registry<T>(), As(null), ns, options ?? new());
        while (cache.WatcherCount == before && !probe.HasEnded) await Task.Yield();
        return probe;
    }

    public async Task<Status> BindAsync(string pod, string node, Action<Binding>? change = null)
    {
        var binding = new Binding { Metadata = new() { Name = pod }, Target = new() { Kind = "Node", Name = node } };
        change?.Invoke(binding);
        return await _services.GetRequiredService<IPodBinder>().BindAsync(As(null), "default", pod, binding, new(), default);
    }

    public async Task<Status> EvictAsync(string pod, Action<Eviction>? change = null)
    {
        var eviction = new Eviction { Metadata = new() { Name = pod } };
        change?.Invoke(eviction);
        return await _services.GetRequiredService<IPodEvictor>().EvictAsync(As(null), "default", pod, eviction, new(), default);
    }

    public async Task<TokenRequest> TokenAsync(string account = "default", Action<TokenRequest>? change = null, string ns = "default")
    {
        var wanted = new TokenRequest { Metadata = new(), Spec = new() };
        change?.Invoke(wanted);
        return await Service<ITokenRequests>().IssueAsync(As(null), ns, account, wanted, new(), default);
    }

    public T Service<T>() where T : notnull => _services.GetRequiredService<T>();

    /// <summary>Until the caches hold everything that has been written.</summary>
    public Task SettledAsync() => Caches.Progress.WaitAsync(Store.Revision, TimeSpan.FromSeconds(1), default).OrMissing("the caches' progress");

    public static async Task<Status> RefusalAsync(Func<Task> call) => (await Assert.ThrowsAsync<ApiException>(call)).Status;

    public static Pod Pod(string name, Action<Pod>? change = null)
    {
        var pod = new Pod
        {
            Metadata = new() { Name = name, Namespace = "default" },
            Spec = new()
            {
                RestartPolicy = "Always", TerminationGracePeriodSeconds = 30,
                Containers = { new Container { Name = "c", Image = "nginx:1.25" } },
            },
        };
        change?.Invoke(pod);
        return pod;
    }

    public async ValueTask DisposeAsync()
    {
        await _feed.StopAsync(CancellationToken.None);
        await _services.DisposeAsync();
    }

    private static RequestContext As(UserInfo? user) => new(user ?? UserInfo.Admin, "test", "");
}
