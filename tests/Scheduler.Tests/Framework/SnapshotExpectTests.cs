using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Tests.Framework;

// Whom the nodes of a snapshot expect: as nominated when it was last asked to look, whatever else changes.
public sealed class SnapshotExpectTests
{
    private readonly NominatedPods _nominated = new();
    private readonly Snapshot _snapshot = new([A.Node("n0").Info(), A.Node("n1").Info(), A.Node("n2").Info()]);

    [Fact]
    public void Expect_PodsComeMoveAndLeave_FollowsThem()
    {
        Nominate("a", "n1");
        Nominate("b", "n1");
        Nominate("c", "n2");
        Assert.Equal(["", "a b", "c"], Look());

        Nominate("a", "n0");
        _nominated.Remove("uid-c");
        Assert.Equal(["", "a b", "c"], Expected());     // not before it is asked to look
        Assert.Equal(["a", "b", ""], Look());

        _nominated.Remove("uid-a");
        _nominated.Remove("uid-b");
        Assert.Equal(["", "", ""], Look());
    }

    [Fact]
    public void Expect_NodeChanged_ExpectsTheSame()
    {
        Nominate("a", "n1");
        Look();

        _snapshot.Replace(A.Node("n1", cpu: "9").Info());

        Assert.Equal(["", "a", ""], Look());
        Assert.Equal(9000, _snapshot.Nodes[1].Allocatable.MilliCpu);
    }

    [Fact]
    public void Expect_OtherNodes_LooksAtAll()
    {
        Nominate("a", "n1");
        Nominate("b", "n9");
        Look();

        _snapshot.Reset([A.Node("n9").Info(), A.Node("n1").Info()]);

        Assert.Equal(["b", "a"], Look());
    }

    // More changes than are kept: whoever missed some looks at all.
    [Fact]
    public void Expect_FarBehind_LooksAtAll()
    {
        Nominate("a", "n0");
        Look();
        Nominate("b", "n2");
        for (var i = 0; i < 3000; i++) Nominate("a", $"n{i % 2}");

        Assert.Equal(["", "a", "b"], Look());
    }

    [Fact]
    public void Expect_AnotherQueues_ForgetsTheFirst()
    {
        Nominate("a", "n0");
        Look();
        var others = new NominatedPods();
        others.Nominate(A.Pod("b").Info(), "n1");

        _snapshot.Expect(others);

        Assert.Equal(["", "b", ""], Expected());
        Assert.Equal(["a", "", ""], Look());
    }

    [Fact]
    public void Expect_NobodyCameOrLeft_KeepsTheNodes()
    {
        Nominate("a", "n0");
        Look();
        var node = _snapshot.Nodes[0];

        Look();

        Assert.Same(node, _snapshot.Nodes[0]);
    }

    // Drawn by seed; a snapshot that has followed every step expects what a new one does.
    [Fact]
    public void Expect_RandomSteps_IsWhatANewSnapshotExpects()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var (random, nominated, kept) = (new Random(seed), new NominatedPods(), new Snapshot([]));
            for (var step = 0; step < 60; step++)
            {
                var name = $"n{random.Next(6)}";
                if (random.Next(8) == 0) kept.Reset(Enumerable.Range(random.Next(3), 4).Select(n => A.Node($"n{n}").Info()));
                else if (random.Next(3) == 0 && kept.Find(name) is not null) kept.Replace(A.Node(name).Info(A.Pod($"p{step}")));
                else if (random.Next(4) == 0) nominated.Remove($"uid-p{random.Next(5)}");
                else nominated.Nominate(A.Pod($"p{random.Next(5)}").Info(), name);
                if (random.Next(2) == 0) continue;

                kept.Expect(nominated);
                var fresh = new Snapshot(kept.Nodes.Select(node => node.Expecting([])));
                fresh.Expect(nominated);

                Assert.True(Expected(fresh).SequenceEqual(Expected(kept)), $"seed {seed}, step {step}");
            }
        }
    }

    private void Nominate(string pod, string node) => _nominated.Nominate(A.Pod(pod).Info(), node);

    private List<string> Look()
    {
        _snapshot.Expect(_nominated);
        return Expected();
    }

    private List<string> Expected() => Expected(_snapshot);

    private static List<string> Expected(Snapshot snapshot) => [.. snapshot.Nodes.Select(node => string.Join(' ', node.Expected.Select(pod => pod.Key.Name)))];
}
