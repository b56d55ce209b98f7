using System.Runtime.CompilerServices;
using System.Threading.Channels;

using Google.Protobuf.WellKnownTypes;

using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.ApiServer.Registry;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Protocol.V1;

namespace MiniK8s.ApiServer.Tests.Rest.Serving;

/// <summary>One kind in memory: enough of the verbs for a client to talk to, without admission and validation.</summary>
internal sealed class FakeRegistry(ApiKind kind, FakeRegistries all) : IResourceRegistry
{
    private readonly SortedDictionary<(string Ns, string Name), IApiObject> _objects = [];
    private readonly List<Channel<WatchChange>> _watchers = [];
    private readonly TaskCompletionSource _firstWatcher = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ApiKind Kind => kind;

    public ListOptions? LastListOptions { get; private set; }

    public DeleteOptions? LastDeleteOptions { get; private set; }

    public Task<IApiObject> CreateAsync(RequestContext request, string ns, IApiObject obj, CreateOptions options, CancellationToken ct)
    {
        lock (all)
        {
            var key = (ns, obj.Metadata.Name);
            if (_objects.ContainsKey(key)) throw StatusErrors.AlreadyExists(kind.GroupResource, obj.Metadata.Name);
            obj.Metadata.Namespace = ns;
            obj.Metadata.Uid = Guid.NewGuid().ToString();
            obj.Metadata.CreationTimestamp = Timestamp.FromDateTimeOffset(all.Time.GetUtcNow());
            return Task.FromResult(options.DryRun.Count > 0 ? obj : Store(key, obj, WatchEventType.Added));
        }
    }

    public Task<IApiObject> GetAsync(RequestContext request, string ns, string name, GetOptions options, CancellationToken ct)
    {
        lock (all) return Task.FromResult(Find(ns, name));
    }

    public Task<ObjectList> ListAsync(RequestContext request, string ns, ListOptions options, CancellationToken ct)
    {
        lock (all)
        {
            LastListOptions = options;
            return Task.FromResult(new ObjectList([.. Select(ns, options)], all.Version, "", null));
        }
    }

    public async IAsyncEnumerable<IReadOnlyList<WatchChange>> WatchAsync(
        RequestContext request, string ns, ListOptions options, [EnumeratorCancellation] CancellationToken ct)
    {
        if (options.ResourceVersion == "1") throw StatusErrors.Expired("too old resource version: 1 (5)");
        if (options.ResourceVersion == "x") throw StatusErrors.BadRequest("invalid resource version: x");
        var channel = Channel.CreateUnbounded<WatchChange>();
        lock (all)
        {
            _watchers.Add(channel);
            _firstWatcher.TrySetResult();
            if (options.ResourceVersion is "" or "0") foreach (var obj in Select(ns, options)) channel.Writer.TryWrite(new(WatchEventType.Added, obj));
        }
        await foreach (var change in channel.Reader.ReadAllAsync(ct))
        {
            if (change.Type == WatchEventType.Bookmark || Matches(change.Object, ns, options)) yield return [change];
        }
    }

    public Task<UpdateResult> UpdateAsync(
        RequestContext request, string ns, string name, string subresource, Func<IApiObject?, IApiObject> transform, UpdateOptions options, CancellationToken ct)
    {
        lock (all)
        {
            var current = Find(ns, name);
            var updated = transform((IApiObject)all.Clone(current));
            if (updated.Metadata.ResourceVersion is { Length: > 0 } version && version != current.Metadata.ResourceVersion)
                throw StatusErrors.Conflict(kind.GroupResource, name);
            updated.Metadata.ResourceVersion = current.Metadata.ResourceVersion;
            updated.Metadata.Uid = current.Metadata.Uid;
            updated.Metadata.CreationTimestamp = current.Metadata.CreationTimestamp;
            if (updated.Equals(current) || options.DryRun.Count > 0) return Task.FromResult(new UpdateResult(updated, Created: false));
            return Task.FromResult(new UpdateResult(Store((ns, name), updated, WatchEventType.Modified), Created: false));
        }
    }

    public Task<UpdateResult> ApplyAsync(RequestContext request, string ns, string name, string subresource, ApplyRequest apply, CancellationToken ct) =>
        throw new NotSupportedException("This registry keeps no managers.");

    public Task<DeleteResult> DeleteAsync(RequestContext request, string ns, string name, DeleteOptions options, CancellationToken ct)
    {
        lock (all)
        {
            LastDeleteOptions = options;
            var current = (IApiObject)all.Clone(Find(ns, name));
            if (options.DryRun.Count > 0) return Task.FromResult(new DeleteResult(current, Removed: true));
            Store((ns, name), current, WatchEventType.Deleted);
            _objects.Remove((ns, name));
            return Task.FromResult(new DeleteResult(current, Removed: true));
        }
    }

    public async Task<ObjectList> DeleteCollectionAsync(
        RequestContext request, string ns, DeleteOptions options, ListOptions listOptions, CancellationToken ct)
    {
        var list = await ListAsync(request, ns, listOptions, ct);
        foreach (var item in list.Items) await DeleteAsync(request, item.Metadata.Namespace, item.Metadata.Name, options, ct);
        return list;
    }

    /// <summary>Lets a watch fail in its middle.</summary>
    public void BreakWatches(Exception failure)
    {
        lock (all) foreach (var watcher in _watchers) watcher.Writer.TryComplete(failure);
    }

    /// <summary>Ends watches as when their time is up.</summary>
    public void EndWatches()
    {
        lock (all) foreach (var watcher in _watchers) watcher.Writer.TryComplete();
    }

    /// <summary>Sends an event nothing was stored for.</summary>
    public void Send(WatchChange change)
    {
        lock (all) foreach (var watcher in _watchers) watcher.Writer.TryWrite(change);
    }

    /// <summary>Ends when somebody watches.</summary>
    public Task FirstWatcher => _firstWatcher.Task;

    private IApiObject Find(string ns, string name) =>
        _objects.GetValueOrDefault((ns, name)) ?? throw StatusErrors.NotFound(kind.GroupResource, name);

    private IEnumerable<IApiObject> Select(string ns, ListOptions options) => _objects.Values.Where(obj => Matches(obj, ns, options));

    // Of selectors only what clients need to wait for one object: metadata.name.
    private static bool Matches(IApiObject obj, string ns, ListOptions options) =>
        (ns.Length == 0 || obj.Metadata.Namespace == ns)
        && options.FieldSelector.Split(',').All(term => !term.StartsWith("metadata.name=", StringComparison.Ordinal) || term[14..] == obj.Metadata.Name);

    private IApiObject Store((string, string) key, IApiObject obj, WatchEventType type)
    {
        obj.Metadata.ResourceVersion = all.NextVersion();
        _objects[key] = obj;
        foreach (var watcher in _watchers) watcher.Writer.TryWrite(new(type, obj));
        return obj;
    }
}

/// <summary>Every kind in memory, under one counter of versions.</summary>
internal sealed class FakeRegistries : IResourceRegistries
{
    private readonly Dictionary<ApiKind, FakeRegistry> _byKind;
    private long _version = 10;

    public FakeRegistries(TimeProvider time)
    {
        Time = time;
        _byKind = ApiKinds.All.ToDictionary(kind => kind, kind => new FakeRegistry(kind, this));
    }

    public TimeProvider Time { get; }

    public string Version => _version.ToString(System.Globalization.CultureInfo.InvariantCulture);

    public IReadOnlyList<IResourceRegistry> All => [.. ApiKinds.All.Select(kind => _byKind[kind])];

    public IResourceRegistry Of(ApiKind kind) => _byKind[kind];

    public FakeRegistry Of<T>() where T : IApiObject => _byKind[ApiKinds.Of<T>()];

    public string NextVersion()
    {
        _version++;
        return Version;
    }

    public Google.Protobuf.IMessage Clone(IApiObject obj) => ApiKinds.Of(obj).Parse(Google.Protobuf.MessageExtensions.ToByteArray(obj));
}
