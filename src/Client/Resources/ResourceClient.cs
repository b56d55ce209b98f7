using System.Collections;
using System.Runtime.CompilerServices;

using Google.Protobuf;

using MiniK8s.Protocol;
using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Protocol.V1;

namespace MiniK8s.Client.Resources;

internal sealed class ResourceClient<T>(ApiCalls calls, ResourceService service) : IResourceClient<T>
    where T : class, IApiObject
{
    public Task<T> CreateAsync(T obj, CancellationToken ct, CreateOptions? options = null) =>
        CallAsync<T>("Create", ct, ("namespace", obj.Metadata.Namespace), ("object", obj), ("options", options));

    public Task<T> GetAsync(string ns, string name, CancellationToken ct) =>
        CallAsync<T>("Get", ct, ("namespace", ns), ("name", name));

    public async Task<ResourceList<T>> ListAsync(string ns, ListOptions? options, CancellationToken ct)
    {
        var list = await CallAsync<IApiList>("List", ct, ("namespace", ns), ("options", options));
        var items = (IList)list.Descriptor.FindFieldByName("items").Accessor.GetValue(list);
        return new ResourceList<T>([.. items.Cast<T>()], list.Metadata?.ResourceVersion ?? "", list.Metadata?.Continue ?? "");
    }

    public async IAsyncEnumerable<WatchChange<T>> WatchAsync(
        string ns, ListOptions? options, [EnumeratorCancellation] CancellationToken ct)
    {
        var request = service.Request("Watch", ("namespace", ns), ("options", options));
        await foreach (var message in calls.StreamAsync(service.Verb("Watch"), request, ct))
        {
            var (type, obj) = service.Event(message);
            yield return new WatchChange<T>(type, (T)obj);
        }
    }

    public Task<T> UpdateAsync(T obj, CancellationToken ct, UpdateOptions? options = null) =>
        CallAsync<T>("Update", ct, ("namespace", obj.Metadata.Namespace), ("object", obj), ("options", options));

    public Task<T> UpdateStatusAsync(T obj, CancellationToken ct, UpdateOptions? options = null) =>
        CallAsync<T>("UpdateStatus", ct, ("namespace", obj.Metadata.Namespace), ("object", obj), ("options", options));

    public Task<T> PatchAsync(string ns, string name, PatchType type, string patch, string subresource, CancellationToken ct) =>
        CallAsync<T>("Patch", ct,
            ("namespace", ns), ("name", name), ("type", type), ("patch", patch), ("subresource", subresource));

    public Task<T> DeleteAsync(string ns, string name, DeleteOptions? options, CancellationToken ct) =>
        CallAsync<T>("Delete", ct, ("namespace", ns), ("name", name), ("options", options));

    public Task DeleteCollectionAsync(string ns, DeleteOptions? options, ListOptions? listOptions, CancellationToken ct) =>
        CallAsync<IMessage>("DeleteCollection", ct, ("namespace", ns), ("options", options), ("list_options", listOptions));

    private async Task<TAnswer> CallAsync<TAnswer>(string verb, CancellationToken ct, params (string, object?)[] fields)
        where TAnswer : class, IMessage =>
        (TAnswer)await calls.UnaryAsync(service.Verb(verb), service.Request(verb, fields), ct);
}
