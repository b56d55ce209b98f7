using System.Runtime.CompilerServices;
using System.Threading.Channels;

using MiniK8s.Client.Reflection;
using MiniK8s.Client.Resources;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.V1;

namespace MiniK8s.Client.Tests.Reflection;

// A collection that the test writes: each list and each watch waits for the next script the test gives.
internal sealed class FakeListerWatcher : IListerWatcher<Pod>
{
    private readonly Channel<Func<ResourceList<Pod>>> _lists = Channel.CreateUnbounded<Func<ResourceList<Pod>>>();
    private readonly Channel<WatchScript> _watches = Channel.CreateUnbounded<WatchScript>();

    public Channel<string> WatchedFrom { get; } = Channel.CreateUnbounded<string>();

    public void NextList(string version, params Pod[] items) => _lists.Writer.TryWrite(() => new ResourceList<Pod>(items, version, ""));

    public void NextListFails(Exception error) => _lists.Writer.TryWrite(() => throw error);

    public WatchScript NextWatch()
    {
        var script = new WatchScript();
        _watches.Writer.TryWrite(script);
        return script;
    }

    public async Task<ResourceList<Pod>> ListAsync(CancellationToken ct) => (await _lists.Reader.ReadAsync(ct))();

    public async IAsyncEnumerable<WatchChange<Pod>> WatchAsync(string resourceVersion, [EnumeratorCancellation] CancellationToken ct)
    {
        WatchedFrom.Writer.TryWrite(resourceVersion);
        var script = await _watches.Reader.ReadAsync(ct);
        await foreach (var change in script.Changes.Reader.ReadAllAsync(ct)) yield return change;
    }

    internal sealed class WatchScript
    {
        public Channel<WatchChange<Pod>> Changes { get; } = Channel.CreateUnbounded<WatchChange<Pod>>();

        public WatchScript Send(WatchEventType type, Pod pod)
        {
            Changes.Writer.TryWrite(new WatchChange<Pod>(type, pod));
            return this;
        }

        public void End(Exception? error = null) => Changes.Writer.TryComplete(error);
    }
}
