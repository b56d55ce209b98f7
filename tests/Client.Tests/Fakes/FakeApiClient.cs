using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

using Google.Protobuf;

using MiniK8s.Api.Errors;
using MiniK8s.Client.Resources;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Protocol.V1;

namespace MiniK8s.Client.Tests.Fakes;

// An apiserver in memory: stores objects, keeps a list of the writes, and refuses what the test says. Patches are kept, not applied.
internal sealed class FakeApiClient : IApiClient
{
    private readonly ConcurrentDictionary<(Type Kind, string Namespace, string Name), IApiObject> _objects = new();
    private long _version = 100;
    private long _names = 100;
    private int _gets;

    // Each write as "verb Kind ns/name", patches and bindings with what they say.
    public Channel<string> Writes { get; } = Channel.CreateUnbounded<string>();

    public List<(string Name, string Subresource, string Document)> Patches { get; } = [];

    // Of each deletion of one object: its name, its grace in seconds or "own", and the uid it is meant for.
    public List<string> Deletions { get; } = [];

    // How often single objects were read.
    public int Gets => Volatile.Read(ref _gets);

    public Func<string, ApiException?> Refuse { get; set; } = _ => null;

    public static ApiException Refusal(int code, string reason, string message = "refused") =>
        new(new Status { Status_ = "Failure", Code = code, Reason = reason, Message = message });

    public T Put<T>(T obj)
        where T : class, IApiObject
    {
        obj.Metadata.ResourceVersion = $"{Interlocked.Increment(ref _version)}";
        _objects[(typeof(T), obj.Metadata.Namespace, obj.Metadata.Name)] = obj;
        return obj;
    }

    public void Remove<T>(string ns, string name) => _objects.TryRemove((typeof(T), ns, name), out _);

    public IReadOnlyList<T> All<T>(string ns = "")
        where T : class, IApiObject =>
        [.. _objects.Values.OfType<T>().Where(obj => ns.Length == 0 || obj.Metadata.Namespace == ns).OrderBy(obj => obj.Metadata.Name, StringComparer.Ordinal)];

    public IResourceClient<T> Resource<T>()
        where T : class, IApiObject => new Resources<T>(this);

    public Task BindAsync(Binding binding, CancellationToken ct)
    {
        return Write($"bind {binding.Metadata.Namespace}/{binding.Metadata.Name} to {binding.Target.Name}", () => Task.CompletedTask);
    }

    // Told when it is done, whether something was found to do it to or not: who hears of a write may look at what it has left at once.
    private TResult Write<TResult>(string what, Func<TResult> act)
    {
        if (Refuse(what) is { } refusal) throw refusal;
        try
        {
            return act();
        }
        finally
        {
            Writes.Writer.TryWrite(what);
        }
    }

    private sealed class Resources<T>(FakeApiClient api) : IResourceClient<T>
        where T : class, IApiObject
    {
        public Task<T> CreateAsync(T obj, CancellationToken ct, CreateOptions? options = null)
        {
            var created = Clone(obj);
            if (created.Metadata.Name.Length == 0) created.Metadata.Name = $"{created.Metadata.GenerateName}{Interlocked.Increment(ref api._names)}";
            return Task.FromResult(api.Write($"create {Describe(created)}", () => api.Put(created)));
        }

        public Task<T> GetAsync(string ns, string name, CancellationToken ct)
        {
            Interlocked.Increment(ref api._gets);
            return api._objects.TryGetValue((typeof(T), ns, name), out var found) ? Task.FromResult((T)found) : throw Refusal(404, "NotFound");
        }

        public Task<ResourceList<T>> ListAsync(string ns, ListOptions? options, CancellationToken ct) =>
            Task.FromResult(new ResourceList<T>(api.All<T>(ns), $"{api._version}", ""));

        public async IAsyncEnumerable<WatchChange<T>> WatchAsync(
            string ns, ListOptions? options, [EnumeratorCancellation] CancellationToken ct)
        {
            await Task.Delay(Timeout.Infinite, ct);
            yield break;
        }

        public Task<T> UpdateAsync(T obj, CancellationToken ct, UpdateOptions? options = null) =>
            Task.FromResult(api.Write($"update {Describe(obj)}", () => api.Put(Clone(obj))));

        public Task<T> UpdateStatusAsync(T obj, CancellationToken ct, UpdateOptions? options = null) =>
            Task.FromResult(api.Write($"update status {Describe(obj)}", () => api.Put(Clone(obj))));

        public Task<T> PatchAsync(string ns, string name, PatchType type, string patch, string subresource, CancellationToken ct)
        {
            lock (api.Patches) api.Patches.Add((name, subresource, patch));
            return api.Write($"patch {typeof(T).Name} {ns}/{name} {subresource}", () => GetAsync(ns, name, ct));
        }

        public Task<T> DeleteAsync(string ns, string name, DeleteOptions? options, CancellationToken ct)
        {
            var grace = options?.HasGracePeriodSeconds == true ? $"{options.GracePeriodSeconds}" : "own";
            lock (api.Deletions) api.Deletions.Add($"{name} grace {grace} uid {options?.Preconditions?.Uid}");
            return api.Write($"delete {typeof(T).Name} {ns}/{name}", () =>
                api._objects.TryRemove((typeof(T), ns, name), out var removed) ? Task.FromResult((T)removed) : throw Refusal(404, "NotFound"));
        }

        // Pods end later, everything without finalizers at once.
        public Task DeleteCollectionAsync(string ns, DeleteOptions? options, ListOptions? listOptions, CancellationToken ct) =>
            api.Write($"delete all {typeof(T).Name} {ns}/", () =>
            {
                foreach (var obj in api.All<T>(ns).Where(obj => obj is not Pod && obj.Metadata.Finalizers.Count == 0)) api.Remove<T>(ns, obj.Metadata.Name);
                return Task.CompletedTask;
            });

        private static string Describe(T obj) => $"{typeof(T).Name} {obj.Metadata.Namespace}/{obj.Metadata.Name}";

        private static T Clone(T obj) => (T)obj.Descriptor.Parser.ParseFrom(obj.ToByteArray());
    }
}
