using System.Runtime.CompilerServices;

using MiniK8s.Client.Resources;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Client.Reflection;

// Lists in pages; asks the server to end each watch after 5 to 10 minutes, so that a connection gone quiet for ever is found out. What comes is
// trimmed at once: so a list of tens of thousands never is there untrimmed.
internal sealed class ResourceListerWatcher<T>(IResourceClient<T> resources, ObjectFilter filter, Random random, Action<T>? trim = null) : IListerWatcher<T>
    where T : class, IApiObject
{
    private const int PageSize = 500;
    private const int MinWatchSeconds = 300;

    public async Task<ResourceList<T>> ListAsync(CancellationToken ct)
    {
        var items = new List<T>();
        var options = Options();
        options.Limit = PageSize;
        while (true)
        {
            var page = await resources.ListAsync(filter.Namespace, options, ct);
            foreach (var item in page.Items) trim?.Invoke(item);
            items.AddRange(page.Items);
            if (page.Continue.Length == 0) return page with { Items = items };
            options.Continue = page.Continue;
        }
    }

    public async IAsyncEnumerable<WatchChange<T>> WatchAsync(string resourceVersion, [EnumeratorCancellation] CancellationToken ct)
    {
        var options = Options();
        options.ResourceVersion = resourceVersion;
        options.AllowWatchBookmarks = true;
        options.TimeoutSeconds = MinWatchSeconds + random.Next(MinWatchSeconds);
        await foreach (var change in resources.WatchAsync(filter.Namespace, options, ct))
        {
            trim?.Invoke(change.Object);
            yield return change;
        }
    }

    private ListOptions Options() => new() { FieldSelector = filter.FieldSelector, LabelSelector = filter.LabelSelector };
}
