using System.Text;

using Google.Protobuf;

using Grpc.Core;
using Grpc.Net.Client;

using MiniK8s.ClusterKit;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Etcd;
using MiniK8s.Protocol.V1;

using Event = MiniK8s.Protocol.Core.V1.Event;

namespace MiniK8s.Cluster.Tests;

/// <summary>A Pod's way into life as the tutorials list it, read off the watch streams of every component.</summary>
[Collection("lab")]
public sealed class CreationFlowTests(SharedLab shared)
{
    [Fact]
    public async Task Pod_Created_EveryStreamShowsItsStepsInOrder()
    {
        var lab = shared.Lab;
        var ns = await shared.NewNamespaceAsync();
        await using var everyone = await WatchRecording<Pod>.StartAsync(lab.Api, ns);                                   // what the scheduler sees
        await using var first = await WatchRecording<Pod>.StartAsync(lab.Api, ns, "spec.nodeName=node-1");              // what each kubelet sees
        await using var second = await WatchRecording<Pod>.StartAsync(lab.Api, ns, "spec.nodeName=node-2");
        await using var stored = await StoreRecording.StartAsync(lab.PortOf("store", "port"), $"/registry/pods/{ns}/");

        await lab.Api.CreatePodAsync(A.Pod(ns, "web"));
        var steps = await everyone.UntilAsync(change => change.Object.Condition("Ready") == "True", "the pod is Ready");

        // created -> bound -> accepted by its kubelet -> running: no more and no fewer
        Assert.Equal(
            [(WatchEventType.Added, "Pending", ""), (WatchEventType.Modified, "Pending", "bound"), (WatchEventType.Modified, "Pending", "bound"), (WatchEventType.Modified, "Running", "bound")],
            steps.Select(s => (s.Type, s.Object.Status.Phase, s.Object.Spec.NodeName.Length > 0 ? "bound" : "")));
        AssertBindingChangedNothingElse(steps[0].Object, steps[1].Object);
        Assert.Equal("ContainerCreating", steps[2].Object.Status.ContainerStatuses[0].State.Waiting.Reason);
        Assert.Equal(
            ["PodReadyToStartContainers=False", "Initialized=True", "Ready=False", "ContainersReady=False", "PodScheduled=True"],
            steps[2].Object.Status.Conditions.Select(c => $"{c.Type}={c.Status}"));
        Assert.Equal(
            ["PodReadyToStartContainers=True", "Initialized=True", "Ready=True", "ContainersReady=True", "PodScheduled=True"],
            steps[3].Object.Status.Conditions.Select(c => $"{c.Type}={c.Status}"));
        Assert.NotEmpty(steps[3].Object.Status.PodIp);

        // Its own kubelet's stream begins with the binding; the other one's stays silent.
        var node = steps[1].Object.Spec.NodeName;
        var (mine, other) = node == "node-1" ? (first, second) : (second, first);
        var seen = await mine.UntilAsync(change => change.Object.Condition("Ready") == "True", $"{node} sees the pod Ready");
        Assert.Equal([WatchEventType.Added, WatchEventType.Modified, WatchEventType.Modified], seen.Select(s => s.Type));
        Assert.Equal(steps.Skip(1).Select(s => s.ResourceVersion), seen.Select(s => s.ResourceVersion));
        Assert.Empty(other.Changes);

        // The store went through the same steps at the same revisions.
        var revisions = await stored.UntilAsync(steps.Count);
        Assert.Equal(steps.Select(s => s.ResourceVersion), revisions.Select(r => $"{r}"));
    }

    [Fact]
    public async Task Pod_Created_EventsTellTheSameStory()
    {
        var lab = shared.Lab;
        var ns = await shared.NewNamespaceAsync();

        await lab.Api.CreatePodAsync(A.Pod(ns, "web"));
        await lab.Api.UntilRunningAsync(ns, "web");

        var events = await Eventually.GetAsync(
            async () => (await lab.Api.Resource<Event>().ListAsync(ns, null, CancellationToken.None)).Items.ToList(),
            list => list.Any(e => e.Reason == "Started") && list.Any(e => e.Reason == "Scheduled"), "the events Scheduled and Started, which two processes write");
        var reasons = events.OrderBy(e => e.FirstTimestamp.ToDateTimeOffset()).ThenBy(e => ulong.Parse(e.Metadata.ResourceVersion)).Select(e => e.Reason).ToList();
        Assert.Equal(["Created", "Started"], reasons.Where(r => r is "Created" or "Started"));
        var scheduled = events.Single(e => e.Reason == "Scheduled");
        Assert.Matches($"^Successfully assigned {ns}/web to node-[12]$", scheduled.Message);
        Assert.Equal("default-scheduler", scheduled.Source?.Component is { Length: > 0 } component ? component : scheduled.ReportingComponent);
    }

    private static void AssertBindingChangedNothingElse(Pod before, Pod after)
    {
        var undone = after.Clone();
        undone.Metadata.ResourceVersion = before.Metadata.ResourceVersion;
        undone.Spec.NodeName = "";
        undone.Status.Conditions.Remove(undone.Status.Conditions.Single(c => c.Type == "PodScheduled"));
        Assert.Equal(before, undone);
    }

    /// <summary>The store's own watch stream, as etcdctl would show it.</summary>
    private sealed class StoreRecording : IAsyncDisposable
    {
        private readonly GrpcChannel _channel;
        private readonly AsyncDuplexStreamingCall<Protocol.Etcd.WatchRequest, WatchResponse> _call;

        private StoreRecording(GrpcChannel channel) => (_channel, _call) = (channel, new Watch.WatchClient(channel).Watch());

        public static async Task<StoreRecording> StartAsync(int port, string prefix)
        {
            var recording = new StoreRecording(GrpcChannel.ForAddress($"http://127.0.0.1:{port}"));
            var end = Encoding.UTF8.GetBytes(prefix);
            end[^1]++;
            await recording._call.RequestStream.WriteAsync(new()
            {
                CreateRequest = new WatchCreateRequest { Key = ByteString.CopyFromUtf8(prefix), RangeEnd = ByteString.CopyFrom(end) },
            });
            await recording._call.ResponseStream.MoveNext(CancellationToken.None);
            Assert.True(recording._call.ResponseStream.Current.Created);
            return recording;
        }

        /// <summary>The revisions of the first <paramref name="count"/> changes.</summary>
        public async Task<IReadOnlyList<long>> UntilAsync(int count)
        {
            using var patience = new CancellationTokenSource(Eventually.Patience);
            var revisions = new List<long>();
            while (revisions.Count < count && await _call.ResponseStream.MoveNext(patience.Token))
            {
                revisions.AddRange(_call.ResponseStream.Current.Events.Select(e => e.Kv.ModRevision));
            }
            return revisions;
        }

        public ValueTask DisposeAsync()
        {
            _call.Dispose();
            _channel.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
