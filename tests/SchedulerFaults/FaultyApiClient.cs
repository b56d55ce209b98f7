using System.Runtime.CompilerServices;

using MiniK8s.Api.Errors;
using MiniK8s.Client.Resources;
using MiniK8s.KubeletFaults;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Protocol.V1;

namespace MiniK8s.SchedulerFaults;

/// <summary>A client with a moment before and after each binding, whose replies may be lost, and with watches that freeze.</summary>
/// <remarks>
/// Notes <c>bind uid node outcome</c> for each binding once its outcome is known here, whoever may learn of it: <c>ok</c>, or the code of the refusal. A binding
/// that has been begun is not called back: it is on the wire.
/// </remarks>
internal sealed class FaultyApiClient(IApiClient inner, Moments moments, SchedulerFaultFlags faults) : IApiClient
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    private int _bindings;

    public IResourceClient<T> Resource<T>()
        where T : class, IApiObject => new Resources<T>(inner.Resource<T>(), this);

    public async Task BindAsync(Binding binding, CancellationToken ct)
    {
        moments.Reach("before-bind");
        try
        {
            await inner.BindAsync(binding, CancellationToken.None);
        }
        catch (ApiException refusal)
        {
            moments.Note($"bind {binding.Metadata.Uid} {binding.Target.Name} {refusal.Status.Code}");
            throw;
        }
        moments.Note($"bind {binding.Metadata.Uid} {binding.Target.Name} ok");
        moments.Reach("after-bind");
        if (faults.LoseEvery > 0 && Interlocked.Increment(ref _bindings) % faults.LoseEvery == 0) throw Lost(binding);
    }

    // As a connection looks that broke before the answer had come.
    private ApiException Lost(Binding binding)
    {
        moments.Note($"lost {binding.Metadata.Uid}");
        return new(new Status { Status_ = "Failure", Code = 503, Reason = StatusReasons.ServiceUnavailable, Message = "the reply is lost" });
    }

    private async ValueTask WhileFrozenAsync(CancellationToken ct)
    {
        while (faults.FreezeFile is { } file && File.Exists(file)) await Task.Delay(Poll, ct);
    }

    private sealed class Resources<T>(IResourceClient<T> inner, FaultyApiClient api) : IResourceClient<T>
        where T : class, IApiObject
    {
        public Task<T> CreateAsync(T obj, CancellationToken ct, CreateOptions? options = null) => inner.CreateAsync(obj, ct, options);

        public Task<T> GetAsync(string ns, string name, CancellationToken ct) => inner.GetAsync(ns, name, ct);

        public Task<ResourceList<T>> ListAsync(string ns, ListOptions? options, CancellationToken ct) => inner.ListAsync(ns, options, ct);

        public async IAsyncEnumerable<WatchChange<T>> WatchAsync(string ns, ListOptions? options, [EnumeratorCancellation] CancellationToken ct)
        {
            await foreach (var change in inner.WatchAsync(ns, options, ct))
            {
                await api.WhileFrozenAsync(ct);
                yield return change;
            }
        }

        public Task<T> UpdateAsync(T obj, CancellationToken ct, UpdateOptions? options = null) => inner.UpdateAsync(obj, ct, options);

        public Task<T> UpdateStatusAsync(T obj, CancellationToken ct, UpdateOptions? options = null) => inner.UpdateStatusAsync(obj, ct, options);

        public Task<T> PatchAsync(string ns, string name, PatchType type, string patch, string subresource, CancellationToken ct) =>
            inner.PatchAsync(ns, name, type, patch, subresource, ct);

        public Task<T> DeleteAsync(string ns, string name, DeleteOptions? options, CancellationToken ct) => inner.DeleteAsync(ns, name, options, ct);

        public Task DeleteCollectionAsync(string ns, DeleteOptions? options, ListOptions? listOptions, CancellationToken ct) =>
            inner.DeleteCollectionAsync(ns, options, listOptions, ct);
    }
}
