using System.Globalization;
using System.Text.RegularExpressions;

using Grpc.Net.Client;

using MiniK8s.ClusterKit;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.V1;

using CommandResult = MiniK8s.ClusterKit.CommandResult;

namespace MiniK8s.Cluster.Tests;

/// <summary><c>mk8s why</c> as a user runs it, against a lab of three nodes.</summary>
public sealed partial class WhyTests(WhyTests.ThreeNodes three) : IClassFixture<WhyTests.ThreeNodes>
{
    private const string Ns = "default";

    private readonly Lab _lab = three.Lab;

    [Fact]
    public async Task Why_BoundPod_ShowsEachNodesVerdictOrScores()
    {
        var pod = A.Pod(Ns, "bound");
        pod.Spec.Affinity = new Affinity { NodeAffinity = new NodeAffinity { RequiredDuringSchedulingIgnoredDuringExecution = new NodeSelector() } };
        pod.Spec.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms.Add(Host("NotIn", "node-3"));
        pod.Spec.Affinity.NodeAffinity.PreferredDuringSchedulingIgnoredDuringExecution.Add(new PreferredSchedulingTerm { Weight = 100, Preference = Host("In", "node-2") });
        await _lab.Api.CreatePodAsync(pod);
        await _lab.Api.UntilPodAsync(Ns, "bound", seen => seen.Spec.NodeName.Length > 0, "is bound");

        var text = await UntilAsync("bound", said => said.Contains("Result:      bound", StringComparison.Ordinal));

        Assert.Matches(
            """
            ^Pod:         default/bound
            Attempt:     1, by default-scheduler, at TIME, after SPAN in the queue
            Result:      bound to node-2 by DefaultBinder, SPAN after it was taken up
            Decided:     in SPAN: node-2, which has the highest total
            Nodes:       3 of 3 looked at, 2 feasible
            Filters:     [A-Za-z,\s]*NodeAffinity[A-Za-z,\s]*
            Not asked:   [A-Za-z,\s()]*NodePorts \(filter\)[A-Za-z,\s()]*: nothing to say about this Pod

             +Taint +Node +.*
              NODE    TOTAL .* Affinity .*
            \* node-2 .* 100→100×2 .*
              node-1 .* 0→0×2 .*
              node-3  NodeAffinity: node\(s\) didn't match Pod's node affinity/selector
            $
            """, Normal(text));
        AssertTotalsAdd(text, rows: 2);
    }

    [Fact]
    public async Task Why_PodThatFitsNowhere_SaysWhyAndWhatItWaitsFor()
    {
        var pod = A.Pod(Ns, "big");
        pod.Spec.Containers[0].Resources = new ResourceRequirements();
        pod.Spec.Containers[0].Resources.Requests.Add("cpu", "1000");
        await _lab.Api.CreatePodAsync(pod);

        var text = await UntilAsync("big", said => said.Contains("waits for a change", StringComparison.Ordinal));

        Assert.Matches(
            """
            ^Pod:         default/big
            Attempt:     1, by default-scheduler, at TIME, after SPAN in the queue
            Result:      0/3 nodes are available: 3 Insufficient cpu\. preemption: 0/3 nodes are available: .*\.
            Now:         waits for a change that may help, in the eyes of NodeResourcesFit; without one it is tried again 5 minutes after TIME
            Decided:     in SPAN: no node
            Nodes:       3 of 3 looked at, 0 feasible
            Filters:     [A-Za-z,\s]*
            Not asked:   [A-Za-z,\s()]*: nothing to say about this Pod

              node-1  NodeResourcesFit: Insufficient cpu
              node-2  NodeResourcesFit: Insufficient cpu
              node-3  NodeResourcesFit: Insufficient cpu
            $
            """, Normal(text));
    }

    [Fact]
    public async Task Why_PodNobodyTried_SaysWhyNot()
    {
        var (gated, others) = (A.Pod(Ns, "gated"), A.Pod(Ns, "others"));
        gated.Spec.SchedulingGates.Add(new PodSchedulingGate { Name = "example.com/quota" });
        others.Spec.SchedulerName = "mine";
        await _lab.Api.CreatePodAsync(gated);
        await _lab.Api.CreatePodAsync(others);
        await _lab.Api.CreatePodAsync(A.Pod(Ns, "placed").OnNode("node-1"));

        Assert.Equal(
            "Pod default/gated has not been tried: held back by SchedulingGates: waiting for scheduling gates: [example.com/quota].\n",
            await UntilAsync("gated", said => said.Contains("held back", StringComparison.Ordinal)));
        Assert.Equal(
            "Pod default/others has spec.schedulerName mine, and this scheduler schedules those of default-scheduler: "
            + "it waits for a scheduler of that name; --scheduler asks another one.\n",
            await UntilAsync("others", _ => true));
        Assert.Equal("Pod default/placed was created with spec.nodeName node-1: no scheduler was asked.\n", await UntilAsync("placed", _ => true));
        var absent = await WhyAsync("absent");
        Assert.Equal((1, "", "There is no Pod default/absent, and the scheduler remembers no attempt at one\n"), (absent.ExitCode, absent.Output, absent.Error));
    }

    [Fact]
    public async Task Why_PodBoundBeforeTheSchedulerWasStarted_SaysSo()
    {
        await using var lab = await Lab.StartAsync();
        await lab.Api.CreatePodAsync(A.Pod(Ns, "old"));
        await lab.Api.UntilPodAsync(Ns, "old", seen => seen.Spec.NodeName.Length > 0, "is bound");

        await lab.KillAsync("scheduler");

        // Until the new one listens, nobody answers.
        var said = await Eventually.GetAsync(() => WhyAsync(lab, "old")!, run => run.ExitCode == 0, "an answer of the new scheduler");
        Assert.Matches("^Pod default/old has been on node-[12] since before this scheduler was started, at TIME: it remembers nothing of the time before.\n$", Normal(said.Output));
    }

    [Fact]
    public async Task Watch_OfTheProcess_TellsOfTheAttempt()
    {
        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{_lab.PortOf("scheduler", "grpc-port")}");
        using var watch = new SchedulerExplain.SchedulerExplainClient(channel).Watch(new WatchAttemptsRequest { Name = "watched" });
        await watch.ResponseHeadersAsync.WaitAsync(Eventually.Patience);
        await _lab.Api.CreatePodAsync(A.Pod(Ns, "watched"));

        Assert.True(await watch.ResponseStream.MoveNext(default).WaitAsync(Eventually.Patience));
        var attempt = watch.ResponseStream.Current.Attempt;
        Assert.Equal(("watched", AttemptResult.Bound, 3, 1), (attempt.Name, attempt.Result, attempt.Nodes.Count, attempt.Attempt));
        Assert.Contains(attempt.Nodes, node => node.Node == attempt.Node && node.Total == attempt.Nodes.Max(each => each.Total));
    }

    private static NodeSelectorTerm Host(string op, string node)
    {
        var requirement = new NodeSelectorRequirement { Key = "kubernetes.io/hostname", Operator = op };
        requirement.Values.Add(node);
        var term = new NodeSelectorTerm();
        term.MatchExpressions.Add(requirement);
        return term;
    }

    private static Task<CommandResult> WhyAsync(Lab lab, string pod) => Command.RunAsync("dotnet", [Lab.Program, "why", $"pod/{pod}", "--data", lab.Folder]);

    private static string Normal(string text) => Span().Replace(Moment().Replace(text, "TIME"), "SPAN");

    private static void AssertTotalsAdd(string text, int rows)
    {
        var scored = text.Split('\n').Where(line => line.Contains('→', StringComparison.Ordinal)).ToList();
        Assert.Equal(rows, scored.Count);
        Assert.All(scored, line =>
        {
            var cells = line[2..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(Number(cells[1]), cells[2..].Sum(cell => Number(cell.Split('→', '×')[1]) * Number(cell.Split('×')[1])));
        });
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private Task<CommandResult> WhyAsync(string pod) => WhyAsync(_lab, pod);

    private async Task<string> UntilAsync(string pod, Predicate<string> fits)
    {
        var run = await Eventually.GetAsync(() => WhyAsync(pod)!, run => run.ExitCode == 0 && fits(run.Output), $"words about {pod}");
        return run.Output;
    }

    [GeneratedRegex(@"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}Z")]
    private static partial Regex Moment();

    [GeneratedRegex(@"\b\d+(\.\d+)? m?s\b")]
    private static partial Regex Span();

    /// <summary>One lab for the questions that change nothing in it.</summary>
    public sealed class ThreeNodes : IAsyncLifetime
    {
        public Lab Lab { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            Lab = await Lab.StartAsync(null, "--nodes", "3");
            // The scheduler hears of nodes and of pods by watches of their own: it is to know all three before the first pod that counts.
            var probe = A.Pod(Ns, "probe");
            probe.Spec.Containers[0].Resources = new ResourceRequirements { Requests = { ["cpu"] = "1000" } };
            await Lab.Api.CreatePodAsync(probe);
            await Lab.Api.UntilPodAsync(
                Ns, "probe", pod => pod.Status.Conditions.Any(each => each.Type == "PodScheduled" && each.Message.Contains("3 Insufficient cpu", StringComparison.Ordinal)), "lacks only room");
            await Lab.Api.DeletePodAsync(Ns, "probe");
        }

        public async Task DisposeAsync() => await Lab.DisposeAsync();
    }
}
