using System.Text.Json;
using System.Threading.Channels;

using MiniK8s.Api.Errors;
using MiniK8s.Client.Informers;
using MiniK8s.Client.Resources;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Protocol.V1;

namespace MiniK8s.Scheduler.Tests.Fakes;

/// <summary>An API without server and store: takes bindings, deletions and status patches of Pods, and tells the scheduler of every change as its informers would.</summary>
internal sealed class MemoryApi : IApiClient, IResourceClient<Pod>
{
    private readonly Lock _lock = new();     // guards the Pods; changes are told in the order in which they were made
    private readonly Dictionary<ObjectKey, Pod> _pods = [];
    private readonly Channel<Action<ClusterFeed>> _changes = Channel.CreateUnbounded<Action<ClusterFeed>>(new UnboundedChannelOptions { SingleReader = true });

    private long _made;
    private long _told;

    /// <summary>Told of each Pod that is bound.</summary>
    public Action<Pod> Bound { get; set; } = _ => { };

    public IReadOnlyList<Pod> Pods
    {
        get { lock (_lock) return [.. _pods.Values]; }
    }

    /// <summary>How many changes the scheduler has heard of.</summary>
    public long Told => Volatile.Read(ref _told);

    /// <summary>Whether these are all.</summary>
    public bool IsTold => Volatile.Read(ref _made) == Told;

    /// <summary>Tells of changes until stopped.</summary>
    public async Task RunAsync(ClusterFeed feed, CancellationToken stopping)
    {
        await foreach (var change in _changes.Reader.ReadAllAsync(stopping))
        {
            change(feed);
            Interlocked.Increment(ref _told);
        }
    }

    public void Add(Node node) => Tell(feed => feed.OnAdd(node));

    public void Change(Node old, Node current) => Tell(feed => feed.OnUpdate(old, current));

    public void Remove(Node node) => Tell(feed => feed.OnDelete(node));

    public void Add(Pod pod)
    {
        lock (_lock)
        {
            _pods.Add(ObjectKey.Of(pod), pod);
            Tell(feed => feed.OnAdd(pod));
        }
    }

    public void Remove(ObjectKey key)
    {
        lock (_lock)
        {
            if (_pods.Remove(key, out var pod)) Tell(feed => feed.OnDelete(pod));
        }
    }

    public IResourceClient<T> Resource<T>()
        where T : class, IApiObject => (IResourceClient<T>)(object)this;

    public Task BindAsync(Binding binding, CancellationToken ct)
    {
        var pod = Change(new ObjectKey(binding.Metadata.Namespace, binding.Metadata.Name), pod =>
        {
            if (pod.Spec.NodeName.Length > 0) throw new InvalidOperationException($"{pod.Metadata.Name} is bound twice.");
            pod.Spec.NodeName = binding.Target.Name;
        });
        Bound(pod);
        return Task.CompletedTask;
    }

    /// <summary>Understands what the scheduler patches: the nominated node and conditions.</summary>
    public Task<Pod> PatchAsync(string ns, string name, PatchType type, string patch, string subresource, CancellationToken ct)
    {
        using var document = JsonDocument.Parse(patch);
        var status = document.RootElement.GetProperty("status");
        return Task.FromResult(Change(new ObjectKey(ns, name), pod =>
        {
            if (status.TryGetProperty("nominatedNodeName", out var nominated)) pod.Status.NominatedNodeName = nominated.GetString() ?? "";
            if (!status.TryGetProperty("conditions", out var conditions)) return;
            foreach (var condition in conditions.EnumerateArray()) Set(pod.Status, condition);
        }));
    }

    public Task<Pod> DeleteAsync(string ns, string name, DeleteOptions? options, CancellationToken ct)
    {
        lock (_lock)
        {
            if (!_pods.TryGetValue(new ObjectKey(ns, name), out var pod)) throw StatusErrors.NotFound("pods", name);
            Remove(new ObjectKey(ns, name));
            return Task.FromResult(pod);
        }
    }

    public Task<Pod> CreateAsync(Pod obj, CancellationToken ct, CreateOptions? options = null) => throw new NotSupportedException();

    public Task<Pod> GetAsync(string ns, string name, CancellationToken ct) => throw new NotSupportedException();

    public Task<ResourceList<Pod>> ListAsync(string ns, ListOptions? options, CancellationToken ct) => throw new NotSupportedException();

    public IAsyncEnumerable<WatchChange<Pod>> WatchAsync(string ns, ListOptions? options, CancellationToken ct) => throw new NotSupportedException();

    public Task<Pod> UpdateAsync(Pod obj, CancellationToken ct, UpdateOptions? options = null) => throw new NotSupportedException();

    public Task<Pod> UpdateStatusAsync(Pod obj, CancellationToken ct, UpdateOptions? options = null) => throw new NotSupportedException();

    public Task DeleteCollectionAsync(string ns, DeleteOptions? options, ListOptions? listOptions, CancellationToken ct) => throw new NotSupportedException();

    private static void Set(PodStatus status, JsonElement condition)
    {
        var type = condition.GetProperty("type").GetString()!;
        if (status.Conditions.FirstOrDefault(other => other.Type == type) is not { } current) status.Conditions.Add(current = new PodCondition { Type = type });
        current.Status = condition.GetProperty("status").GetString()!;
        current.Reason = condition.GetProperty("reason").GetString()!;
        current.Message = condition.GetProperty("message").GetString()!;
    }

    private void Tell(Action<ClusterFeed> change)
    {
        Interlocked.Increment(ref _made);
        _changes.Writer.TryWrite(change);
    }

    private Pod Change(ObjectKey key, Action<Pod> change)
    {
        lock (_lock)
        {
            if (!_pods.TryGetValue(key, out var old)) throw StatusErrors.NotFound("pods", key.Name);
            var pod = old.Clone();
            change(pod);
            _pods[key] = pod;
            Tell(feed => feed.OnUpdate(old, pod));
            return pod;
        }
    }
}
