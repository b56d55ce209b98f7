using Google.Protobuf.WellKnownTypes;

using Microsoft.Extensions.Logging.Abstractions;

using MiniK8s.ControllerManager.NodeLifecycle;
using MiniK8s.Protocol.Coordination.V1;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ControllerManager.Tests.NodeLifecycle;

public sealed class NodeLifecycleTests
{
    private readonly Controllers _made = new();
    private readonly NodeLifecycleController _controller;

    public NodeLifecycleTests() => _controller = new NodeLifecycleController(
        _made.Informers, _made.Api, _made.Events, new NodeLifecycleOptions(), _made.Time, NullLogger<NodeLifecycleController>.Instance);

    [Fact]
    public async Task Pass_SilentForLongerThanTheGracePeriod_IsUnknownTaintedAndItsPodsNotReady()
    {
        _made.Known(Node("True"));
        _made.Known(A.Pod("a", "10.1.0.1"));
        _made.Known(A.Pod("elsewhere", "10.1.0.2")).Spec.NodeName = "n2";
        Assert.Empty(await PassAfterAsync(0));
        Assert.Empty(await PassAfterAsync(50));

        Assert.Equal(["update status Node /n1", "patch Pod shop/a status", "update Node /n1"], await PassAfterAsync(1));

        var node = _made.Api.All<Node>().Single();
        Assert.Equal(
            ["Ready=Unknown NodeStatusUnknown: Kubelet stopped posting node status.", "MemoryPressure=Unknown NodeStatusNeverUpdated: Kubelet never posted node status."],
            node.Status.Conditions.Take(2).Select(condition => $"{condition.Type}={condition.Status} {condition.Reason}: {condition.Message}"));
        Assert.Equal(
            ["node.kubernetes.io/unreachable:NoSchedule", "node.kubernetes.io/unreachable:NoExecute"],
            node.Spec.Taints.Select(taint => $"{taint.Key}:{taint.Effect}"));
        Assert.True(_made.Events.Recorded.Reader.TryRead(out var recorded));
        Assert.Equal("Normal NodeNotReady Node/n1: Node n1 status is now: NodeNotReady", recorded);
    }

    [Fact]
    public async Task Pass_LeaseRenewed_CountsAsASignOfLife()
    {
        _made.Known(Node("True"));
        await PassAfterAsync(0);
        for (var renewal = 1; renewal < 5; renewal++)
        {
            _made.Known(new Lease
            {
                Metadata = new ObjectMeta { Namespace = "kube-node-lease", Name = "n1" },
                Spec = new LeaseSpec { RenewTime = new Timestamp { Seconds = renewal } },
            });
            Assert.Empty(await PassAfterAsync(40));
        }
    }

    [Fact]
    public async Task Pass_ReadyAgain_TakesTheTaintsOff()
    {
        var node = Node("True");
        node.Spec.Taints.Add(new Taint { Key = "node.kubernetes.io/unreachable", Effect = "NoExecute" });
        node.Spec.Taints.Add(new Taint { Key = "mine", Effect = "NoSchedule" });
        _made.Known(node);

        Assert.Equal(["update Node /n1"], await PassAfterAsync(0));

        Assert.Equal(["mine"], _made.Api.All<Node>().Single().Spec.Taints.Select(taint => taint.Key));
    }

    [Theory]
    [InlineData("Ready", "False", "node.kubernetes.io/not-ready:NoSchedule node.kubernetes.io/not-ready:NoExecute")]
    [InlineData("Ready", "Unknown", "node.kubernetes.io/unreachable:NoSchedule node.kubernetes.io/unreachable:NoExecute")]
    [InlineData("Ready", "True", "")]
    [InlineData("MemoryPressure", "True", "node.kubernetes.io/memory-pressure:NoSchedule")]
    [InlineData("DiskPressure", "True", "node.kubernetes.io/disk-pressure:NoSchedule")]
    [InlineData("PIDPressure", "True", "node.kubernetes.io/pid-pressure:NoSchedule")]
    [InlineData("NetworkUnavailable", "True", "node.kubernetes.io/network-unavailable:NoSchedule")]
    [InlineData("MemoryPressure", "False", "")]
    public void Taints_EachCondition_IsAsTheTableSays(string type, string status, string taints)
    {
        var node = new Node { Spec = new NodeSpec(), Status = new NodeStatus { Conditions = { new NodeCondition { Type = type, Status = status } } } };

        Assert.Equal(taints, string.Join(" ", NodeVerdict.Taints(node, new Timestamp()).Select(taint => $"{taint.Key}:{taint.Effect}")));
    }

    [Fact]
    public async Task Run_NothingChanges_LooksAgainEachPeriod()
    {
        _made.Known(Node("True"));
        using var stop = new CancellationTokenSource();
        var running = _controller.RunAsync(stop.Token);
        await _made.Time.WaitForTimersAsync(1);
        _made.Known(Node("False"));

        Assert.Equal(TimeSpan.FromSeconds(5), _made.Time.AdvanceToNextTimer());

        Assert.Equal("update Node /n1", await _made.Api.Writes.Reader.ReadAsync().AsTask().OrMissing("the taint"));
        await stop.CancelAsync();
        await running.OrMissing("the controller's end");
    }

    private static Node Node(string ready) => new()
    {
        Metadata = new ObjectMeta { Name = "n1", Uid = "uid-n1" },
        Spec = new NodeSpec(),
        Status = new NodeStatus { Conditions = { new NodeCondition { Type = "Ready", Status = ready } } },
    };

    private async Task<IReadOnlyList<string>> PassAfterAsync(int seconds)
    {
        _made.Time.Advance(TimeSpan.FromSeconds(seconds));
        await _controller.PassAsync(CancellationToken.None);
        _made.CatchUp<Node>();
        return _made.TakeWrites();
    }
}
