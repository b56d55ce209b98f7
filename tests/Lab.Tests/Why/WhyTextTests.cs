using Google.Protobuf.WellKnownTypes;

using MiniK8s.Lab.Commands.Why;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Protocol.V1;

namespace MiniK8s.Lab.Tests.Why;

/// <summary>What the person at the terminal reads.</summary>
public sealed class WhyTextTests
{
    private static readonly DateTimeOffset Noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly Pod Web = new() { Metadata = new ObjectMeta { Namespace = "default", Name = "web", Uid = "1" }, Spec = new PodSpec { SchedulerName = "default-scheduler" } };

    [Fact]
    public void Of_BoundPod_ShowsNodesByTotalAndMarksTheChosen() => Assert.Equal(
        """
        Pod:         default/web
        Attempt:     1, by default-scheduler, at 2030-01-01 12:00:00.000Z, after 1.5 s in the queue
        Result:      bound to node-2 by DefaultBinder, 3.14 ms after it was taken up
        Decided:     in 0.5 ms: node-2, which has the highest total
        Nodes:       3 of 3 looked at, 2 feasible
        Filters:     NodeName, TaintToleration
        Not asked:   NodePorts (filter), NodeAffinity (score): nothing to say about this Pod

                              Taint       NodeResources
          NODE    TOTAL  Toleration  BalancedAllocation
        * node-2    391     0→100×3             91→91×1
          node-1     88       2→0×3             88→88×1
          node-3  TaintToleration: node(s) had untolerated taint {team: db}, and more

        """,
        WhyText.Of(new KnownPod(Web, new() { Attempt = Bound() }), showAll: false));

    [Fact]
    public void Of_ManyPluginsNotAsked_GoOnUnderTheFirstLine()
    {
        var attempt = Bound();
        attempt.SkippedFilters.Clear();
        attempt.SkippedFilters.Add(["NodeUnschedulable", "NodePorts", "VolumeRestrictions", "NodeVolumeLimits", "VolumeBinding", "VolumeZone", "PodTopologySpread"]);

        var text = WhyText.Of(new KnownPod(Web, new() { Attempt = attempt }), showAll: false);

        Assert.Contains(
            """

            Not asked:   NodeUnschedulable (filter), NodePorts (filter), VolumeRestrictions (filter),
                         NodeVolumeLimits (filter), VolumeBinding (filter), VolumeZone (filter),
                         PodTopologySpread (filter), NodeAffinity (score): nothing to say about this Pod

            """, text, StringComparison.Ordinal);
        Assert.All(text.Split('\n'), line => Assert.True(line.Length <= 100, line));
    }

    [Fact]
    public void Of_ManyNodes_ShowsTheBestAndCountsTheRejected()
    {
        var attempt = Bound();
        attempt.Nodes.Clear();
        attempt.Nodes.Add(Enumerable.Range(1, 25).Select(i => Scored($"n-{i:00}", 0, 100, i)));
        attempt.Nodes.Add(Enumerable.Range(1, 12).Select(i => Refused($"r-{i:00}", "NodeResourcesFit", "Insufficient cpu")));
        attempt.Nodes.Add(Refused("x", "NodeUnschedulable", "node(s) were unschedulable"));
        (attempt.Node, attempt.NodeCount, attempt.NotLookedAt, attempt.FeasibleWanted, attempt.Best) = ("n-25", 250, 212, 25, 3);

        var cut = WhyText.Of(new KnownPod(Web, new() { Attempt = attempt }), showAll: false);
        var all = WhyText.Of(new KnownPod(Web, new() { Attempt = attempt }), showAll: true);

        Assert.Contains("\nDecided:     in 0.5 ms: n-25, drawn from the 3 nodes with the highest total\n", cut);
        Assert.Contains("\nNodes:       38 of 250 looked at, 25 feasible; 212 were not looked at, because 25 feasible ones are enough (10 %)\n", cut);
        Assert.Equal(Enumerable.Range(6, 20).Reverse().Select(i => $"n-{i:00}"), Rows(cut));
        Assert.EndsWith(
            """
              n-06    306     0→100×3               6→6×1
              and 5 more feasible nodes; --all shows them

            Rejected nodes, counted (--all shows them one by one):
              12  NodeResourcesFit: Insufficient cpu
               1  NodeUnschedulable: node(s) were unschedulable

            """, cut);
        Assert.Equal(25, Rows(all).Count());
        Assert.EndsWith("  r-12  NodeResourcesFit: Insufficient cpu\n  x     NodeUnschedulable: node(s) were unschedulable\n", all);
    }

    [Fact]
    public void Of_RejectedPod_SaysWhatItWaitsFor()
    {
        var attempt = Rejected("0/1 nodes are available: 1 Insufficient cpu.");
        attempt.Nodes.Add(Refused("node-1", "NodeResourcesFit", "Insufficient cpu"));
        var place = new QueuePlace { Pool = QueuePool.Unschedulable, Since = Noon.ToTimestamp(), Plugins = { "NodeResourcesFit" } };

        Assert.Equal(
            """
            Pod:         default/web
            Attempt:     2, by default-scheduler, at 2030-01-01 12:00:00.000Z, after 0 ms in the queue
            Result:      0/1 nodes are available: 1 Insufficient cpu.
            Now:         waits for a change that may help, in the eyes of NodeResourcesFit; without one it is tried again 5 minutes after 2030-01-01 12:00:00.000Z
            Decided:     in 0.5 ms: no node
            Nodes:       1 of 1 looked at, 0 feasible
            Filters:     NodeName, NodeResourcesFit

              node-1  NodeResourcesFit: Insufficient cpu

            """,
            WhyText.Of(new KnownPod(Web, new() { Attempt = attempt, Queue = place }), showAll: false));
    }

    [Theory]
    [InlineData(2, "the result is being written down")]
    [InlineData(3, "is being tried again")]
    public void Of_PodInFlight_TellsThisAttemptFromTheNext(int attempts, string words)
    {
        var place = new QueuePlace { Pool = QueuePool.InFlight, Attempts = attempts };

        Assert.Contains($"\nNow:         {words}\n", WhyText.Of(new KnownPod(Web, new() { Attempt = Rejected("oh"), Queue = place }), showAll: false));
    }

    [Fact]
    public void Of_PodThatWaitsForPermission_SaysWhose()
    {
        var attempt = Rejected("");
        (attempt.Result, attempt.Node) = (AttemptResult.Unspecified, "node-1");
        var place = new QueuePlace { Pool = QueuePool.Waiting, Attempts = 2, Plugins = { "Gang", "Quota" } };

        Assert.Contains(
            "\nResult:      node-1 is chosen, and the binding is not written yet\nNow:         waits until Gang, Quota let it be bound\n",
            WhyText.Of(new KnownPod(Web, new() { Attempt = attempt, Queue = place }), showAll: false), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_PodThatFitsWhereRoomWasMade_SaysWhyNoOtherNodeWasLookedAt()
    {
        var attempt = Rejected("");
        (attempt.Result, attempt.Node, attempt.NominatedNode, attempt.NodeCount, attempt.NotLookedAt) = (AttemptResult.Bound, "node-2", "node-2", 7, 6);
        attempt.Nodes.Add(new NodeReport { Node = "node-2" });

        var text = WhyText.Of(new KnownPod(Web, new() { Attempt = attempt }), showAll: false);

        Assert.Contains("\nDecided:     in 0.5 ms: node-2, the only feasible node\nNodes:       1 of 7 looked at, 1 feasible; 6 were not looked at, because it fits where room was made for it\n", text);
        Assert.EndsWith("\n\n* node-2  feasible, not scored\n", text);
    }

    [Fact]
    public void Of_RejectedBeforeAnyNode_HasNoTable()
    {
        var attempt = Rejected("0/1 nodes are available: conflict.");
        attempt.Rejection = new Rejection { Plugin = "NodeAffinity", Reasons = { "conflict" } };

        Assert.EndsWith(
            "\nNodes:       0 of 1 looked at, 0 feasible: NodeAffinity rejects all: conflict\nFilters:     NodeName, NodeResourcesFit\n",
            WhyText.Of(new KnownPod(Web, new() { Attempt = attempt }), showAll: false));
    }

    [Fact]
    public void Of_Preemption_NamesTheVictims()
    {
        var attempt = Rejected("0/1 nodes are available: 1 Insufficient cpu.");
        attempt.NominatedNode = "node-9";
        attempt.Preemption = new Preemption { Plugin = "DefaultPreemption", Node = "node-1", Victims = { "default/a", "team/b" } };

        var text = WhyText.Of(new KnownPod(null, new() { Attempt = attempt }), showAll: false);

        Assert.StartsWith("Pod:         default/web, which is gone\n", text);
        Assert.Contains("\nNominated:   node-9, cleared for it after an earlier attempt\n", text);
        Assert.EndsWith("\nPreemption:  DefaultPreemption clears node-1 for it: default/a, team/b have to go\n", text);
    }

    [Theory]
    [InlineData(AttemptResult.Bound, "node-1", "bound to node-1 by P, 3.14 ms after it was taken up")]
    [InlineData(AttemptResult.Failed, "node-1", "node-1 was chosen, and the binding failed: oh")]
    [InlineData(AttemptResult.Failed, "", "failed: oh")]
    [InlineData(AttemptResult.Rejected, "node-1", "node-1 was chosen, and P turned it down: oh")]
    [InlineData(AttemptResult.Rejected, "", "oh")]
    [InlineData(AttemptResult.Unspecified, "node-1", "node-1 is chosen, and the binding is not written yet")]
    public void Of_EveryResult_IsPutIntoWords(AttemptResult result, string node, string words)
    {
        var attempt = Rejected("oh");
        (attempt.Result, attempt.Node, attempt.Plugin, attempt.EndedAfter) = (result, node, "P", Milliseconds(3.14));

        Assert.Contains($"\nResult:      {words}\n", WhyText.Of(new KnownPod(Web, new() { Attempt = attempt }), showAll: false));
    }

    [Theory]
    [InlineData("NodeResourcesBalancedAllocation", "NodeResources", "BalancedAllocation")]
    [InlineData("NodeResourcesFit", "Node", "ResourcesFit")]
    [InlineData("TaintToleration", "Taint", "Toleration")]
    [InlineData("InterPodAffinity", "InterPod", "Affinity")]
    [InlineData("Mine", "", "Mine")]
    public void Broken_Name_StandsOnTwoLines(string name, string upper, string lower) => Assert.Equal((upper, lower), ScoreTable.Broken(name));

    // The nodes of the table of scores, in its order.
    private static IEnumerable<string> Rows(string text) =>
        text.Split('\n').Where(line => line.Contains('→', StringComparison.Ordinal)).Select(line => line[2..].Split(' ')[0]);

    private static Duration Milliseconds(double count) => Duration.FromTimeSpan(TimeSpan.FromMilliseconds(count));

    private static SchedulingAttempt Bound() => new()
    {
        Namespace = "default", Name = "web", Uid = "1", SchedulerName = "default-scheduler", Attempt = 1,
        Started = Noon.ToTimestamp(), Queued = Milliseconds(1500), DecidedAfter = Milliseconds(0.5), EndedAfter = Milliseconds(3.14159),
        Result = AttemptResult.Bound, Plugin = "DefaultBinder", Node = "node-2", Best = 1, NodeCount = 3, FeasibleWanted = 3,
        Filters = { "NodeName", "TaintToleration" }, SkippedFilters = { "NodePorts" }, SkippedScores = { "NodeAffinity" },
        Nodes =
        {
            Scored("node-1", 2, 0, 88),
            Scored("node-2", 0, 100, 91),
            new NodeReport { Node = "node-3", Rejection = new Rejection { Plugin = "TaintToleration", Reasons = { "node(s) had untolerated taint {team: db}", "and more" } } },
        },
    };

    private static SchedulingAttempt Rejected(string message) => new()
    {
        Namespace = "default", Name = "web", Uid = "1", SchedulerName = "default-scheduler", Attempt = 2,
        Started = Noon.ToTimestamp(), Queued = Milliseconds(0), DecidedAfter = Milliseconds(0.5), EndedAfter = Milliseconds(1),
        Result = AttemptResult.Rejected, Message = message, NodeCount = 1, Filters = { "NodeName", "NodeResourcesFit" },
    };

    private static NodeReport Scored(string node, long taints, long normalized, long balance) => new()
    {
        Node = node,
        Total = 3 * normalized + balance,
        Scores =
        {
            new NodeScore { Plugin = "TaintToleration", Raw = taints, Normalized = normalized, Weight = 3 },
            new NodeScore { Plugin = "NodeResourcesBalancedAllocation", Raw = balance, Normalized = balance, Weight = 1 },
        },
    };

    private static NodeReport Refused(string node, string plugin, string reason) =>
        new() { Node = node, Rejection = new Rejection { Plugin = plugin, Reasons = { reason } } };
}
