using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Kubelet.Status;
using MiniK8s.Kubelet.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;

using RuntimeState = MiniK8s.Kubelet.Runtime.ContainerState;

namespace MiniK8s.Kubelet.Tests.Status;

/// <summary>When the reason why a container could not be started is what it shows, and when it shows what became of its newest instance.</summary>
public sealed class StartErrorTruthTableTests
{
    private const string Table = """
        kind      | newest instance | Always | OnFailure | Never
        main      | none            | error  | error     | error
        main      | created         | error  | error     | error
        main      | running         | state  | state     | state
        main      | ended 0         | error  | state     | state
        main      | ended 1         | error  | error     | state
        main      | ended 128       | error  | error     | state
        init      | none            | error  | error     | error
        init      | created         | error  | error     | error
        init      | running         | state  | state     | state
        init      | ended 0         | state  | state     | state
        init      | ended 1         | error  | error     | state
        init      | ended 128       | error  | error     | state
        sidecar   | none            | error  | error     | error
        sidecar   | created         | error  | error     | error
        sidecar   | running         | state  | state     | state
        sidecar   | ended 0         | state  | state     | state
        sidecar   | ended 1         | error  | error     | state
        sidecar   | ended 128       | error  | error     | state
        ephemeral | none            | error  | error     | error
        ephemeral | running         | state  | state     | state
        ephemeral | ended 0         | error  | state     | state
        ephemeral | ended 128       | error  | error     | state
        """;

    private static readonly string[][] Rows = [.. Table.Split('\n').Select(row => row.Split('|', StringSplitOptions.TrimEntries))];

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
    public void Of_StartFailed_ShowsTheTables(string kind, string newest, string policy, string wanted)
    {
        var shown = Shown(kind, newest, A.Pod(A.Container("m")).RestartPolicy(policy));

        Assert.Equal(wanted, shown.State.Waiting is { Reason: "CreateContainerError", Message: "no room" } ? "error" : "state");
        // The end that the error takes the place of is not lost.
        var ended = newest.StartsWith("ended ", StringComparison.Ordinal) ? newest[6..] : "";
        Assert.Equal(ended, $"{(wanted == "error" ? shown.LastState.Terminated : shown.State.Terminated)?.ExitCode}");
    }

    [Fact]
    public void Of_PodIsDeleting_ShowsTheStateWhateverTheTable() => Assert.All(
        Rows.Skip(1), row => Assert.NotEqual("CreateContainerError", Shown(row[0], row[1], A.Pod(A.Container("m")).Deleting(A.Noon, 30)).State.Waiting?.Reason));

    private static ContainerStatus Shown(string kind, string newest, Pod pod)
    {
        if (kind == "main") pod.Spec.Containers[0].Name = "x";
        if (kind == "init") pod.Init(A.Container("x"));
        if (kind == "sidecar") pod.Init(A.Sidecar("x"));
        if (kind == "ephemeral") pod.Spec.EphemeralContainers.Add(new EphemeralContainer { EphemeralContainerCommon = new() { Name = "x", Image = "app:1" } });
        var errors = new Dictionary<string, StartError> { ["x"] = new("CreateContainerError", "no room") };
        var statuses = new ContainerStatuses(pod, new RuntimePod([A.Sandbox()], Instances(newest)), published: null, errors, new FakeProbes());
        return statuses.Mains().Concat(statuses.Inits()).Concat(statuses.Ephemerals()).Single(status => status.Name == "x");
    }

    private static Kubelet.Runtime.ContainerStatus[] Instances(string state) => state.Split(' ') switch
    {
        ["none"] => [],
        ["created"] => [A.Instance("x", RuntimeState.Created)],
        ["running"] => [A.Instance("x", RuntimeState.Running)],
        ["ended", var code] => [A.Instance("x", RuntimeState.Exited, exitCode: int.Parse(code))],
        _ => throw new ArgumentException(state),
    };
}
