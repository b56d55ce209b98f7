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
    private int _beats;

    // Beside the node of each test there is one that is well: else all would be silent, which is another story.
    public NodeLifecycleTests()
    {
        _controller = new NodeLifecycleController(
            _made.Informers, _made.Api, _made.Events, new NodeLifecycleOptions(), _made.Time, NullLogger<NodeLifecycleController>.Instance);
        _made.Known(Node("True", "well"));
    }

    [Fact]
    public async Task Pass_SilentForLongerThanTheGracePeriod_IsUnknownTaintedAndItsPodsNotReady()
    {
        _made.Known(Node("True"));
        _made.Known(A.Pod("a", "10.1.0.1"));
        _made.Known(A.Pod("elsewhere", "10.1.0.2")).Spec.NodeName = "n2";
        Assert.Empty(await PassAfterAsync(0));
        Assert.Empty(await PassAfterAsync(50));

        Assert.Equal(["update status Node /n1", "patch Pod shop/a status", "update Node /n1"], await PassAfterAsync(1));

        var node = Now("n1");
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
            Renew("n1", renewal);
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

        Assert.Equal(["mine"], Now("n1").Spec.Taints.Select(taint => taint.Key));
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

        Assert.Equal(taints, string.Join(" ", NodeVerdict.Taints(node, new Timestamp(), NoExecuteRule.Add).Select(taint => $"{taint.Key}:{taint.Effect}")));
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

    [Theory]
    [InlineData("Unknown", "", "None", "unreachable:NoSchedule")]
    [InlineData("Unknown", "", "Swap", "unreachable:NoSchedule")]
    [InlineData("Unknown", "", "Add", "unreachable:NoSchedule unreachable:NoExecute")]
    [InlineData("Unknown", "not-ready:NoExecute", "None", "unreachable:NoSchedule")]
    [InlineData("Unknown", "not-ready:NoExecute", "Swap", "unreachable:NoSchedule unreachable:NoExecute")]
    [InlineData("Unknown", "unreachable:NoExecute", "Swap", "unreachable:NoExecute unreachable:NoSchedule")]
    [InlineData("False", "unreachable:NoExecute", "Swap", "not-ready:NoSchedule not-ready:NoExecute")]
    [InlineData("True", "unreachable:NoExecute", "Swap", "")]
    [InlineData("True", "", "Add", "")]
    public void Taints_EachRule_AddsSwapsOrTakesOff(string ready, string before, string rule, string after)
    {
        const string Prefix = "node.kubernetes.io/";
        var node = Node(ready);
        if (before.Length > 0) node.Spec.Taints.Add(new Taint { Key = Prefix + before.Split(':')[0], Effect = before.Split(':')[1] });

        var taints = NodeVerdict.Taints(node, new Timestamp(), System.Enum.Parse<NoExecuteRule>(rule));

        Assert.Equal(after, string.Join(' ', taints.Select(taint => $"{taint.Key[Prefix.Length..]}:{taint.Effect}")));
    }

    [Fact]
    public async Task Pass_EveryNodeIsSilent_NobodyIsDrivenOutUntilOneIsBack()
    {
        _made.Known(Node("True"));
        await PassAfterAsync(0);
        await PassAfterAsync(51, others: false);
        Assert.Equal(["NoSchedule"], Now("n1").Spec.Taints.Select(taint => taint.Effect));
        Assert.Equal(["NoSchedule"], Now("well").Spec.Taints.Select(taint => taint.Effect));

        _made.Known(Node("True", "well"));
        await PassAfterAsync(5);
        Assert.Equal(["NoSchedule"], Now("n1").Spec.Taints.Select(taint => taint.Effect));
        await PassAfterAsync(10);

        Assert.Equal(["NoSchedule", "NoExecute"], Now("n1").Spec.Taints.Select(taint => taint.Effect));
    }

    [Fact]
    public async Task Pass_EveryNodeIsSilent_TakesBackWhatWasPutOnBefore()
    {
        _made.Known(Node("True"));
        await PassAfterAsync(0);
        await PassAfterAsync(51);
        Assert.Equal(["NoSchedule", "NoExecute"], Now("n1").Spec.Taints.Select(taint => taint.Effect));

        await PassAfterAsync(51, others: false);

        Assert.Equal(["NoSchedule"], Now("n1").Spec.Taints.Select(taint => taint.Effect));
    }

    [Fact]
    public async Task Pass_OneIsBackAfterAllWereSilent_TheOthersHaveTheirTimeAnew()
    {
        _made.Known(Node("False"));
        _made.Known(Node("False", "well"));
        await PassAfterAsync(0, others: false);
        await PassAfterAsync(49, others: false);
        _made.Known(Node("True", "well"));
        await PassAfterAsync(1);

        await PassAfterAsync(49);

        Assert.Equal("False", Now("n1").Ready()!.Status);
    }

    [Fact]
    public async Task Pass_SeveralNodesAreLost_OneEachTenSeconds()
    {
        foreach (var name in (string[])["n3", "n1", "n2", "a", "b", "c"]) _made.Known(Node(name.StartsWith('n') ? "False" : "True", name));

        Assert.Equal(["n1"], await DrivenOutAfterAsync(0));
        Assert.Equal(["n1"], await DrivenOutAfterAsync(9));
        Assert.Equal(["n1", "n2"], await DrivenOutAfterAsync(1));
        Assert.Equal(["n1", "n2", "n3"], await DrivenOutAfterAsync(10));
    }

    [Fact]
    public async Task Run_NodeWaitsForItsTaint_IsLookedAtWhenItMayHaveIt()
    {
        foreach (var name in (string[])["n1", "n2"]) _made.Known(Node("False", name));
        using var stop = new CancellationTokenSource();
        var running = _controller.RunAsync(stop.Token);
        await _made.Time.WaitForTimersAsync(1);
        _made.CatchUp<Node>();
        Assert.Equal(TimeSpan.FromSeconds(5), _made.Time.AdvanceToNextTimer());
        await _made.Time.WaitForTimersAsync(1);
        _made.Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(TimeSpan.FromSeconds(3), _made.Time.AdvanceToNextTimer());

        // The first of each with its NoSchedule, the second when it may be driven out.
        var writes = new List<string>();
        while (writes.Count < 3) writes.Add(await _made.Api.Writes.Reader.ReadAsync().AsTask().OrMissing("a taint"));
        Assert.Equal(["update Node /n1", "update Node /n2", "update Node /n2"], writes);
        await stop.CancelAsync();
        await running.OrMissing("the controller's end");
    }

    private async Task<IEnumerable<string>> DrivenOutAfterAsync(int seconds)
    {
        await PassAfterAsync(seconds);
        return _made.Api.All<Node>().Where(node => node.Spec.Taints.Any(taint => taint.Effect == "NoExecute")).Select(node => node.Metadata.Name);
    }

    private Node Now(string name) => _made.Api.All<Node>().Single(node => node.Metadata.Name == name);

    private void Renew(string node, int renewal) => _made.Known(new Lease
    {
        Metadata = new ObjectMeta { Namespace = "kube-node-lease", Name = node },
        Spec = new LeaseSpec { RenewTime = new Timestamp { Seconds = renewal } },
    });

    private static Node Node(string ready, string name = "n1") => new()
    {
        Metadata = new ObjectMeta { Name = name, Uid = $"uid-{name}" },
        Spec = new NodeSpec(),
        Status = new NodeStatus { Conditions = { new NodeCondition { Type = "Ready", Status = ready } } },
    };

    private async Task<IReadOnlyList<string>> PassAfterAsync(int seconds, bool others = true)
    {
        if (others) Renew("well", ++_beats);
        _made.Time.Advance(TimeSpan.FromSeconds(seconds));
        await _controller.PassAsync(CancellationToken.None);
        _made.CatchUp<Node>();
        return _made.TakeWrites();
    }
}
