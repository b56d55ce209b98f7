using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Kubelet.Tests.Fakes;

using RuntimeState = MiniK8s.Kubelet.Runtime.ContainerState;

namespace MiniK8s.Kubelet.Tests.PodWorkers;

/// <summary>Who is started again: every kind of container in every state under every policy, row by row as the rule book has it.</summary>
/// <remarks>
/// What a state leads to: <c>start</c> (again), <c>kill</c> first, <c>-</c> nothing, <c>next</c> the containers after it, <c>stop</c> the whole pod. The
/// container stands alone in its pod, but for the main container <c>m</c> after an init container or a sidecar, and that runs already
/// where the row says so.
/// </remarks>
public sealed class RestartTruthTableTests
{
    private const string Table = """
        kind    | newest instance   | Always | OnFailure | Never
        main    | none              | start  | start     | start
        main    | created           | start  | start     | start
        main    | unknown           | kill, start | kill, start | kill, start
        main    | running           | -      | -         | -
        main    | ended 0           | start  | stop      | stop
        main    | ended 0 OOM       | start  | stop      | stop
        main    | ended 1           | start  | start     | stop
        main    | ended 137 OOM     | start  | start     | stop
        main    | ended 255         | start  | start     | stop
        init    | none              | start  | start     | start
        init    | created           | start  | start     | start
        init    | unknown           | kill, start | kill, start | stop
        init    | running           | -      | -         | -
        init    | ended 0           | next   | next      | next
        init    | ended 0 OOM       | start  | start     | stop
        init    | ended 1           | start  | start     | stop
        init    | ended 137 OOM     | start  | start     | stop
        init    | ended 255         | start  | start     | stop
        sidecar | none              | start  | start     | start
        sidecar | created           | start  | start     | start
        sidecar | unknown           | kill, start | kill, start | kill, start
        sidecar | running           | next   | next      | next
        sidecar | not started       | -      | -         | -
        sidecar | ended 0           | start  | start     | start
        sidecar | ended 0 OOM       | start  | start     | start
        sidecar | ended 1           | start  | start     | start
        sidecar | ended 137 OOM     | start  | start     | start
        sidecar | ended 255         | start  | start     | start
        late    | created           | start  | start     | start
        late    | unknown           | kill, start | kill, start | kill, start
        late    | running           | -      | -         | -
        late    | not started       | -      | -         | -
        late    | ended 0           | start  | start     | start
        late    | ended 1           | start  | start     | start
        late    | ended 137 OOM     | start  | start     | start
        ephemeral | none            | start  | start     | start
        ephemeral | created         | -      | -         | -
        ephemeral | running         | -      | -         | -
        ephemeral | ended 0         | -      | -         | -
        ephemeral | ended 1         | -      | -         | -
        """;

    private static readonly string[][] Rows = [.. Table.Split('\n').Select(row => row.Split('|', StringSplitOptions.TrimEntries))];

    private static IEnumerable<string> Policies => Rows[0][2..];

    public static TheoryData<string, string, string, string> Cells
    {
        get
        {
            var cells = new TheoryData<string, string, string, string>();
            foreach (var row in Rows.Skip(1))
            {
                for (var i = 2; i < row.Length; i++) cells.Add(row[0], row[1], Rows[0][i], row[i]);
            }
            return cells;
        }
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void Decide_ContainerInAState_IsTheTables(string kind, string state, string policy, string wanted)
    {
        var pod = kind is "main" ? A.Pod(A.Container("x")).RestartPolicy(policy) : A.Pod(A.Container("m")).RestartPolicy(policy);
        if (kind == "init") pod.Init(A.Container("x"));
        if (kind is "sidecar" or "late") pod.Init(A.Sidecar("x"));
        if (kind == "ephemeral") pod.Spec.EphemeralContainers.Add(new Protocol.Core.V1.EphemeralContainer { EphemeralContainerCommon = new() { Name = "x", Image = "app:1" } });
        var probes = new FakeProbes();
        if (state == "not started") probes.NotStarted.Add("x");
        // "late" is a sidecar whose main container runs already.
        Kubelet.Runtime.ContainerStatus[] main = kind is "late" or "ephemeral" ? [A.Instance("m", RuntimeState.Running)] : [];
        var seen = new RuntimePod([A.Sandbox()], [.. main, .. Instances(state)]);

        var plan = PodPlan.Decide(pod, seen, probes);

        var got = plan switch
        {
            { StopPod: true } => "stop",
            { Start: [{ Container.Name: "x" }] } => "start",
            { Start: [{ Container.Name: "m" }] } => "next",
            { IsNothing: true } => "-",
            _ => string.Join(' ', plan.Start.Select(s => s.Container.Name)),
        };
        Assert.Equal(wanted, plan.Kill.Count > 0 ? $"kill, {got}" : got);
        Assert.Null(plan.NewSandboxAttempt);
    }

    // The main containers' part of it, asked alone.
    [Fact]
    public void ShouldStart_MainInAState_IsTheTables() => Assert.All(
        Rows.Where(row => row[0] == "main"),
        row => Assert.Equal(row[2..].Select(cell => cell.EndsWith("start", StringComparison.Ordinal)), Policies.Select(policy => RestartRule.ShouldStart(policy, Instances(row[1]).SingleOrDefault()))));

    private static Kubelet.Runtime.ContainerStatus[] Instances(string state) => state.Split(' ') switch
    {
        ["none"] => [],
        ["created"] => [A.Instance("x", RuntimeState.Created)],
        ["unknown"] => [A.Instance("x", RuntimeState.Unknown)],
        ["running"] or ["not", "started"] => [A.Instance("x", RuntimeState.Running)],
        ["ended", var code] => [A.Instance("x", RuntimeState.Exited, exitCode: int.Parse(code))],
        ["ended", var code, "OOM"] => [A.Instance("x", RuntimeState.Exited, exitCode: int.Parse(code), reason: "OOMKilled")],
        _ => throw new ArgumentException(state),
    };
}
