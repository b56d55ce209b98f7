using MiniK8s.Client.Reflection;
using MiniK8s.Client.Resources;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Protocol.V1;

namespace MiniK8s.Client.Tests.Reflection;

public sealed class ResourceListerWatcherTests
{
    private readonly PagedPods _pods = new();
    private readonly ResourceListerWatcher<Pod> _source;

    public ResourceListerWatcherTests() => _source = new(_pods, new ObjectFilter(), new Random(1), pod => pod.Metadata.Annotations.Clear());

    [Fact]
    public async Task List_SeveralPages_TrimsEachBeforeItAsksForTheNext()
    {
        var list = await _source.ListAsync(CancellationToken.None);

        Assert.Equal(["a", "b", "c"], list.Items.Select(pod => pod.Metadata.Name));
        Assert.All(list.Items, pod => Assert.Empty(pod.Metadata.Annotations));
        Assert.Equal([0, 0, 0], _pods.UntrimmedAtEachCall);
    }

    [Fact]
    public async Task Watch_Change_IsTrimmed()
    {
        var change = await _source.WatchAsync("7", CancellationToken.None).FirstAsync();

        Assert.Equal("d", change.Object.Metadata.Name);
        Assert.Empty(change.Object.Metadata.Annotations);
    }

    // Three pages of a pod each, and a change.
    private sealed class PagedPods : IResourceClient<Pod>
    {
        private readonly List<Pod> _given = [];

        public List<int> UntrimmedAtEachCall { get; } = [];

        public Task<ResourceList<Pod>> ListAsync(string ns, ListOptions? options, CancellationToken ct)
        {
            UntrimmedAtEachCall.Add(_given.Count(pod => pod.Metadata.Annotations.Count > 0));
            _given.Add(Annotated(((string[])["a", "b", "c"])[_given.Count]));
            return Task.FromResult(new ResourceList<Pod>([_given[^1]], "7", _given.Count < 3 ? "more" : ""));
        }

        public async IAsyncEnumerable<WatchChange<Pod>> WatchAsync(string ns, ListOptions? options, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
        {
            await Task.CompletedTask;
            yield return new WatchChange<Pod>(WatchEventType.Added, Annotated("d"));
        }

        public Task<Pod> CreateAsync(Pod obj, CancellationToken ct, CreateOptions? options = null) => throw new NotSupportedException();

        public Task<Pod> GetAsync(string ns, string name, CancellationToken ct) => throw new NotSupportedException();

        public Task<Pod> UpdateAsync(Pod obj, CancellationToken ct, UpdateOptions? options = null) => throw new NotSupportedException();

        public Task<Pod> UpdateStatusAsync(Pod obj, CancellationToken ct, UpdateOptions? options = null) => throw new NotSupportedException();

        public Task<Pod> PatchAsync(string ns, string name, PatchType type, string patch, string subresource, CancellationToken ct) => throw new NotSupportedException();

        public Task<Pod> DeleteAsync(string ns, string name, DeleteOptions? options, CancellationToken ct) => throw new NotSupportedException();

        public Task DeleteCollectionAsync(string ns, DeleteOptions? options, ListOptions? listOptions, CancellationToken ct) => throw new NotSupportedException();

        private static Pod Annotated(string name)
        {
            var pod = A.Pod(name);
            pod.Metadata.Annotations["note"] = "long";
            return pod;
        }
    }
}
