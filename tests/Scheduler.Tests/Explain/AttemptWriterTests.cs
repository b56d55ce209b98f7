using MiniK8s.Client.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Cycles;
using MiniK8s.Scheduler.Explain;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Queue;

namespace MiniK8s.Scheduler.Tests.Explain;

/// <summary>What the record says against what the cycle computed.</summary>
public sealed class AttemptWriterTests
{
    private readonly SchedulingCycle _cycle = new(new Random(1));
    private readonly Profile _profile = A.DefaultProfile(new FakeApiClient());
    private readonly AttemptWriter _writer = new();

    [Theory]
    [InlineData(12)]
    [InlineData(99)]
    [InlineData(1000)]
    public void Write_SeveralCycles_SaysOfEachNodeWhatTheCycleDid(int nodes)
    {
        var snapshot = new Snapshot([.. Enumerable.Range(0, nodes).Select(Mixed)]);

        // At 1,000 nodes 420 are enough: the searches go round more than once.
        for (var round = 0; round < 5; round++)
        {
            var (trial, decision) = Decide(A.Pod($"web-{round}").Cpu("500m").Memory("64Mi"), snapshot);

            var attempt = _writer.Write(trial, snapshot, decision, TimeSpan.FromMilliseconds(2));

            AssertTells(trial.Trace, attempt);
            Assert.Equal(((Decision.Place)decision).Node, attempt.Node);
            Assert.Equal(attempt.Totals().Max(), attempt.Totals()[FeasibleNames(attempt).IndexOf(attempt.Node)]);
        }
    }

    [Fact]
    public void Write_PodThatFitsNowhere_SaysWhoseWordItIsNodeByNode()
    {
        var snapshot = new Snapshot([A.Node("n1").Info(), A.Node("n2").Cordoned().Info(), A.Node("n3").Taint("a", "b", "NoSchedule").Info()]);

        var (attempt, _) = Write(A.Pod().Cpu("100"), snapshot);

        Assert.Equal(
            [
                ("n1", "NodeResourcesFit", "Insufficient cpu", false),
                ("n2", "NodeUnschedulable", "node(s) were unschedulable", true),
                ("n3", "TaintToleration", "node(s) had untolerated taint {a: b}", true),
            ],
            Enumerable.Range(0, 3).Select(i => (attempt.NameOf(i), attempt.VerdictOf(i)!.Plugin, attempt.VerdictOf(i)!.Reasons[0], attempt.VerdictOf(i)!.IsUnresolvable)));
        Assert.Equal("", attempt.Node);
        Assert.Empty(attempt.Scores);
        Assert.Equal(("DefaultPreemption", ""), (attempt.Remedy!.Plugin, attempt.Remedy.Node));
    }

    [Fact]
    public void Write_PreFilterRejects_NamesItAndNoNode()
    {
        var snapshot = new Snapshot([A.Node("n1").Info()]);
        var pod = A.Pod().With(spec => spec.Affinity = new Affinity
        {
            NodeAffinity = new MiniK8s.Protocol.Core.V1.NodeAffinity
            {
                RequiredDuringSchedulingIgnoredDuringExecution = new NodeSelector
                {
                    NodeSelectorTerms = { new NodeSelectorTerm { MatchFields = { Named("n1"), Named("n2") } } },
                },
            },
        });

        var (attempt, _) = Write(pod, snapshot);

        Assert.Equal(("NodeAffinity", "pod affinity terms conflict"), (attempt.WholePod!.Plugin, attempt.WholePod.Reasons[0]));
        Assert.Equal(0, attempt.Looked.Count);
    }

    [Fact]
    public void Write_OnlyFeasibleNode_IsNotScored()
    {
        var (attempt, _) = Write(A.Pod(), new Snapshot([A.Node("n1").Cordoned().Info(), A.Node("n2").Info()]));

        Assert.Equal("n2", attempt.Node);
        Assert.Empty(attempt.Scores);
        Assert.Empty(attempt.Plugins.SkippedScores);
        Assert.Equal(["n2"], FeasibleNames(attempt));
    }

    [Fact]
    public void Write_PodThatFitsWhereNominated_HasLookedAtThatNodeAlone()
    {
        var snapshot = new Snapshot([A.Node("n1").Info(), A.Node("n2").Info(), A.Node("n3").Info()]);
        var (pod, nominated) = (A.Pod(), new NominatedPods());
        nominated.Nominate(pod.Info(), "n2");
        var trial = new Trial(new QueuedPod(pod.Info(), DateTimeOffset.UnixEpoch, 1), _profile.Plugins, nominated, DateTimeOffset.UnixEpoch, 0);

        var attempt = _writer.Write(trial, snapshot, _cycle.Decide(_profile, trial.State, trial.Pod, snapshot, trial.Trace), TimeSpan.Zero);

        Assert.Equal(("n2", "n2", 1, 1), (attempt.Node, attempt.NominatedNode, attempt.Looked.Count, attempt.Wanted));
        Assert.Equal(["n2"], FeasibleNames(attempt));
    }

    [Fact]
    public void Write_Plugins_AreThoseAskedAndThoseWithNothingToSay()
    {
        var (attempt, _) = Write(A.Pod(), new Snapshot([A.Node("n1").Info(), A.Node("n2").Info()]));

        Assert.Equal(_profile.Plugins.Filters.Select(filter => filter.Name).Order(), attempt.Plugins.Filters.Concat(attempt.Plugins.SkippedFilters).Order());
        Assert.Contains("NodePorts", attempt.Plugins.SkippedFilters);
        Assert.Contains("NodeAffinity", attempt.Plugins.SkippedScores);
        Assert.Equal(_profile.Plugins.Scores.Select(entry => entry.Plugin.Name).Order(), attempt.Scores.Select(column => column.Plugin).Concat(attempt.Plugins.SkippedScores).Order());
    }

    [Fact]
    public void Write_CycleThatFailed_SaysWhatItHadCome()
    {
        var snapshot = new Snapshot([A.Node("n1").Info()]);

        var attempt = _writer.Write(NewTrial(A.Pod()), snapshot, null, TimeSpan.Zero);

        Assert.Equal(("", 0, 1), (attempt.Node, attempt.Looked.Count, attempt.Nodes.Count));
    }

    [Fact]
    public void Write_SameWordsAgain_AreShared()
    {
        var snapshot = new Snapshot([A.Node("n1").Taint("a", "b", "NoSchedule").Info(), A.Node("n2").Info()]);

        var (first, _) = Write(A.Pod("a"), snapshot);
        var (second, _) = Write(A.Pod("b"), snapshot);

        Assert.Same(first.Nodes, second.Nodes);
        Assert.Same(first.Verdicts, second.Verdicts);
        Assert.Same(first.Plugins, second.Plugins);
        Assert.True(second.Bytes < first.Bytes);
    }

    [Fact]
    public void Write_WhatIsTheSameOfAllNodes_IsShared()
    {
        var snapshot = new Snapshot([.. Enumerable.Range(0, 200).Select(i => A.Node($"n{i}").Info(A.Pod($"p{i}").Cpu($"{i * 10}m")))]);

        var (first, _) = Write(A.Pod("a").Cpu("500m"), snapshot);
        var (second, _) = Write(A.Pod("b").Cpu("500m"), snapshot);

        Assert.Same(first.Looked, second.Looked);
        Assert.Same(Column(first, "TaintToleration"), Column(second, "TaintToleration"));
        Assert.NotSame(Column(first, "NodeResourcesFit"), Column(second, "NodeResourcesFit"));
    }

    /// <summary>The usual attempt in a large cluster, which is to cost little beside its decision: that takes some 37 KiB.</summary>
    [Fact]
    public void Write_NobodyRejected_AllocatesLittleMoreThanItsScores()
    {
        var snapshot = new Snapshot([.. Enumerable.Range(0, 5000).Select(i => A.Node($"n{i}").Info(A.Pod($"p{i}").Cpu($"{i * 37 % 3400}m")))]);
        var least = long.MaxValue;
        for (var round = 0; round < 5; round++)
        {
            var (trial, decision) = Decide(A.Pod($"web-{round}").Cpu("500m"), snapshot);
            var before = GC.GetAllocatedBytesForCurrentThread();
            var attempt = _writer.Write(trial, snapshot, decision, TimeSpan.Zero);
            least = long.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            Assert.Equal(500, attempt.Looked.Count);
        }

        // Two plugins say something else of each node: 448 bytes each.
        Assert.InRange(least, 900, 1500);
    }

    /// <summary>10,000 attempts of this size, 500 nodes scored of 5,000 that were looked at, have to stay below 100 MB.</summary>
    [Fact]
    public void Write_FiveThousandNodes_TakesAndAllocatesFewBytes()
    {
        var snapshot = new Snapshot([.. Enumerable.Range(0, 5000).Select(i => i % 10 == 0 ? Mixed(i / 10 * 5) : A.Node($"full-{i}", cpu: "1").Info(A.Pod($"p{i}").Cpu("1")))]);
        Write(A.Pod("warm").Cpu("500m"), snapshot);
        var (trial, decision) = Decide(A.Pod().Cpu("500m"), snapshot);

        var before = GC.GetAllocatedBytesForCurrentThread();
        var attempt = _writer.Write(trial, snapshot, decision, TimeSpan.Zero);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(5000, attempt.Looked.Count);
        Assert.Equal(500, attempt.Scores[0].Raw.Count + Enumerable.Range(0, 5000).Count(i => attempt.NameOf(i).StartsWith("node", StringComparison.Ordinal) && attempt.VerdictOf(i) is not null));
        Assert.InRange(allocated, 1000, 10_000);
        Assert.InRange(attempt.Bytes, 1000, allocated + 1000);
    }

    // Every sort of node: tainted, cordoned, full, busy to all degrees, softly tainted.
    private static NodeInfo Mixed(int number)
    {
        var node = A.Node($"node-{number}");
        return (number % 11) switch
        {
            1 => node.Taint("team", $"t{number % 3}", "NoSchedule").Info(),
            2 => node.Cordoned().Info(),
            3 => node.Info(A.Pod($"fills-{number}").Cpu("4").Memory("8Gi")),
            4 => node.Taint("soft", "", "PreferNoSchedule").Info(),
            _ => node.Info(A.Pod($"some-{number}").Cpu($"{number * 37 % 3400}m").Memory($"{number * 101 % 7000}Mi")),
        };
    }

    private static NodeSelectorRequirement Named(string node) => new() { Key = "metadata.name", Operator = "In", Values = { node } };

    private static ScoreColumn Column(Attempt attempt, string plugin) => attempt.Scores.Single(column => column.Plugin == plugin);

    private static List<string> FeasibleNames(Attempt attempt) =>
        [.. Enumerable.Range(0, attempt.Looked.Count).Where(i => attempt.Looked[i] == Attempt.Feasible).Select(attempt.NameOf)];

    private static void AssertTells(CycleTrace trace, Attempt attempt)
    {
        var scores = trace.Scores!;
        Assert.Equal(trace.Feasible.Select(node => node.Name), FeasibleNames(attempt));
        Assert.Equal(
            trace.Rejections!.Nodes.Select(node => (node.Node.Name, node.Plugin, string.Join('|', node.Status.Reasons))),
            Enumerable.Range(0, attempt.Looked.Count).Where(i => attempt.VerdictOf(i) is not null)
                .Select(i => (attempt.NameOf(i), attempt.VerdictOf(i)!.Plugin, string.Join('|', attempt.VerdictOf(i)!.Reasons))));
        Assert.Equal(scores.Plugins.Select(plugin => (plugin.Plugin, plugin.Weight)), attempt.Scores.Select(column => (column.Plugin, column.Weight)));
        Assert.All(scores.Plugins, (plugin, p) =>
        {
            Assert.Equal(plugin.Raw, Enumerable.Range(0, plugin.Raw.Length).Select(i => attempt.Scores[p].Raw[i]));
            Assert.Equal(plugin.Normalized, Enumerable.Range(0, plugin.Raw.Length).Select(i => attempt.Scores[p].Normalized[i]));
        });
        Assert.Equal(scores.Totals, attempt.Totals());
    }

    private Trial NewTrial(Pod pod) => new(new QueuedPod(pod.Info(), DateTimeOffset.UnixEpoch, 1), _profile.Plugins, null, DateTimeOffset.UnixEpoch, 0);

    private (Trial Trial, Decision Decision) Decide(Pod pod, Snapshot snapshot)
    {
        var trial = NewTrial(pod);
        return (trial, _cycle.Decide(_profile, trial.State, trial.Pod, snapshot, trial.Trace));
    }

    private (Attempt Attempt, Decision Decision) Write(Pod pod, Snapshot snapshot)
    {
        var (trial, decision) = Decide(pod, snapshot);
        return (_writer.Write(trial, snapshot, decision, TimeSpan.Zero), decision);
    }
}
