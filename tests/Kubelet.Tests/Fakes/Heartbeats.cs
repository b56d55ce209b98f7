using Microsoft.Extensions.Logging.Abstractions;

using MiniK8s.Client.Informers;
using MiniK8s.Client.Resources;
using MiniK8s.Kubelet.Eviction;
using MiniK8s.Kubelet.Node;

namespace MiniK8s.Kubelet.Tests.Fakes;

// The heartbeat of one small node that tells its events to nobody.
internal static class Heartbeats
{
    public static NodeIdentity Node { get; } = new("node-1", "10.0.0.1", 10250, new NodeCapacity("4", "8Gi", "100Gi", 110), new Dictionary<string, string>(), [], "boot");

    public static NodeHeartbeat Of(IApiClient api, TimeProvider time, NodePressure? pressure = null, INodeEvents? events = null)
    {
        var informers = new InformerFactory(api, new InformerOptions(), time, new Random(1), NullLoggerFactory.Instance);
        return new NodeHeartbeat(Node, api, informers, new FakeRuntime(time), pressure ?? new NodePressure(), events ?? new NoEvents(), time, new Random(1), NullLogger<NodeHeartbeat>.Instance);
    }

    private sealed class NoEvents : INodeEvents
    {
        public void Starting(string node) { }

        public void ShuttingDown(string node) { }

        public void NotReady(string node) { }

        public void Record(string node, string type, string reason, string message) { }
    }
}
