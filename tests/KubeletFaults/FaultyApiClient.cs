using System.Runtime.CompilerServices;

using MiniK8s.Client.Resources;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Protocol.V1;

namespace MiniK8s.KubeletFaults;

/// <summary>The apiserver with a moment before and after each write: <c>create-node</c>, <c>update-lease</c>, <c>delete-pod</c>.</summary>
/// <remarks>
/// A pod's status has a moment for every write and, for some, one of its own: <c>status-running</c> is the one with which it becomes Ready,
/// <c>status-ended</c> any with a terminal phase. Where the list of pods is an old one, <c>read name</c> notes each pod that is asked for.
/// </remarks>
internal sealed class FaultyApiClient(IApiClient inner, Moments moments, FaultFlags faults) : IApiClient
{
    private int _lists;

    public IResourceClient<T> Resource<T>()
        where T : class, IApiObject => new Resources<T>(inner.Resource<T>(), this);

    public Task BindAsync(Binding binding, CancellationToken ct) => inner.BindAsync(binding, ct);

    private static IEnumerable<string> StatusMoments(IApiObject written)
    {
        if (written is not Pod { Status: { } status }) yield break;
        yield return "status";
        if (status.Phase == "Running" && status.Conditions.Any(condition => condition is { Type: "Ready", Status: "True" })) yield return "status-running";
        if (status.Phase is "Succeeded" or "Failed") yield return "status-ended";
    }

    private sealed class Resources<T>(IResourceClient<T> inner, FaultyApiClient api) : IResourceClient<T>
        where T : class, IApiObject
    {
        private static readonly string Kind = typeof(T).Name.ToLowerInvariant();

        public Task<T> CreateAsync(T obj, CancellationToken ct, CreateOptions? options = null) =>
            api.Moments.AroundAsync($"create-{Kind}", () => inner.CreateAsync(obj, ct, options));

        public Task<T> GetAsync(string ns, string name, CancellationToken ct)
        {
            if (IsOld) api.Moments.Note($"read {name}");
            return inner.GetAsync(ns, name, ct);
        }

        public Task<ResourceList<T>> ListAsync(string ns, ListOptions? options, CancellationToken ct)
        {
            if (!IsOld || Interlocked.Increment(ref api._lists) > 1) return inner.ListAsync(ns, options, ct);
            var old = options?.Clone() ?? new ListOptions();
            (old.ResourceVersion, old.ResourceVersionMatch) = (api.Faults.ListAt, "Exact");
            return inner.ListAsync(ns, old, ct);
        }

        public async IAsyncEnumerable<WatchChange<T>> WatchAsync(string ns, ListOptions? options, [EnumeratorCancellation] CancellationToken ct)
        {
            while (IsOld && !File.Exists(api.Faults.ReleaseFile)) await Task.Delay(50, ct);
            await foreach (var change in inner.WatchAsync(ns, options, ct)) yield return change;
        }

        public Task<T> UpdateAsync(T obj, CancellationToken ct, UpdateOptions? options = null) =>
            api.Moments.AroundAsync($"update-{Kind}", () => inner.UpdateAsync(obj, ct, options));

        public async Task<T> UpdateStatusAsync(T obj, CancellationToken ct, UpdateOptions? options = null)
        {
            foreach (var moment in StatusMoments(obj)) api.Moments.Reach($"before-{moment}");
            var written = await inner.UpdateStatusAsync(obj, ct, options);
            foreach (var moment in StatusMoments(obj)) api.Moments.Reach($"after-{moment}");
            return written;
        }

        public Task<T> PatchAsync(string ns, string name, PatchType type, string patch, string subresource, CancellationToken ct) =>
            inner.PatchAsync(ns, name, type, patch, subresource, ct);

        public Task<T> DeleteAsync(string ns, string name, DeleteOptions? options, CancellationToken ct) =>
            api.Moments.AroundAsync($"delete-{Kind}", () => inner.DeleteAsync(ns, name, options, ct));

        public Task DeleteCollectionAsync(string ns, DeleteOptions? options, ListOptions? listOptions, CancellationToken ct) =>
            inner.DeleteCollectionAsync(ns, options, listOptions, ct);

        private bool IsOld => typeof(T) == typeof(Pod) && api.Faults.ListAt is not null;
    }

    private Moments Moments => moments;

    private FaultFlags Faults => faults;
}
