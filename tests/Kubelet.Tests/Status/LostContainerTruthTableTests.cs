using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Kubelet.Status;
using MiniK8s.Kubelet.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;

using RuntimeState = MiniK8s.Kubelet.Runtime.ContainerState;

namespace MiniK8s.Kubelet.Tests.Status;

/// <summary>What a container shows that the runtime has forgotten, or of which it cannot say what became of it.</summary>
public sealed class LostContainerTruthTableTests
{
    private const string Forgotten = "The container could not be located when the pod was deleted.  The container used to be Running";
    private const string Unlocated = "The container could not be located when the pod was terminated";

    // Published before: what it showed, as its restart 2. The instance the runtime cannot speak of is its third attempt.
    private const string Table = """
        the runtime  | before                | shows                                 | while its pod is deleted
        nothing      | none                  | waiting, 0                            | waiting, 0
        nothing      | waiting               | waiting, 2                            | waiting, 2
        nothing      | running               | waiting, last forgotten, 3            | waiting, last forgotten, 2
        nothing      | running, last ended 1 | waiting, last ended 1, 2              | waiting, last ended 1, 2
        nothing      | waiting, last ended 1 | waiting, last ended 1, 2              | waiting, last ended 1, 2
        nothing      | ended 0               | ended 0, 2                            | ended 0, 2
        nothing      | ended 1, last ended 1 | ended 1, last ended 1, 2              | ended 1, last ended 1, 2
        cannot say   | none                  | waiting for nothing, 3                | waiting for nothing, 3
        cannot say   | waiting               | waiting for nothing, 3                | waiting for nothing, 3
        cannot say   | running               | unlocated, 3                          | unlocated, 3
        cannot say   | ended 1               | waiting for nothing, last ended 1, 3  | waiting for nothing, last ended 1, 3
        """;

    public static TheoryData<string, string, bool, string> Cells
    {
        get
        {
            var cells = new TheoryData<string, string, bool, string>();
            foreach (var row in Table.Split('\n').Skip(1).Select(row => row.Split('|', StringSplitOptions.TrimEntries)))
            {
                cells.Add(row[0], row[1], false, row[2]);
                cells.Add(row[0], row[1], true, row[3]);
            }
            return cells;
        }
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void Mains_Lost_ShowTheTables(string runtime, string before, bool isDeleting, string wanted)
    {
        var pod = isDeleting ? A.Pod().Deleting(A.Noon, 30) : A.Pod();
        Kubelet.Runtime.ContainerStatus[] known = runtime == "cannot say" ? [A.Instance("c", RuntimeState.Unknown, attempt: 3)] : [];
        var published = new PodStatus();
        if (before != "none") published.ContainerStatuses.Add(Published(before));

        var shown = new ContainerStatuses(pod, new RuntimePod([A.Sandbox()], known), published, new Dictionary<string, StartError>(), new FakeProbes()).Mains().Single();

        Assert.Equal(wanted, Words(shown));
        Assert.False(shown.Ready);
        Assert.False(shown.Started);
    }

    [Fact]
    public void Inits_Lost_WaitAsThePodInitialises()
    {
        var before = new PodStatus();
        before.InitContainerStatuses.Add(new ContainerStatus { Name = "i", RestartCount = 2, State = State("running") });

        var shown = new ContainerStatuses(A.Pod().Init(A.Container("i")), RuntimePod.None, before, new Dictionary<string, StartError>(), new FakeProbes()).Inits().Single();

        Assert.Equal(("PodInitializing", Forgotten, 3), (shown.State.Waiting.Reason, shown.LastState.Terminated.Message, shown.RestartCount));
    }

    // "running, last ended 1" and so on.
    private static ContainerStatus Published(string words)
    {
        var parts = words.Split(", last ");
        return new ContainerStatus
        {
            Name = "c", RestartCount = 2, ContainerId = "containerd://c-2", State = State(parts[0]), LastState = parts.Length > 1 ? State(parts[1]) : new ContainerState(),
        };
    }

    private static ContainerState State(string words) => words.Split(' ') switch
    {
        ["waiting"] => new() { Waiting = new() { Reason = "ContainerCreating" } },
        ["running"] => new() { Running = new() },
        ["ended", var code] => new() { Terminated = new() { ExitCode = int.Parse(code), Reason = "Error" } },
        _ => throw new ArgumentException(words),
    };

    private static string Words(ContainerStatus status) => string.Join(", ", new[] { Words(status.State), status.LastState.Terminated is null ? "" : "last " + Words(status.LastState), $"{status.RestartCount}" }.Where(part => part.Length > 0));

    private static string Words(ContainerState state) => state switch
    {
        { Waiting.Reason: "ContainerCreating" } => "waiting",
        { Waiting.Reason: "" } => "waiting for nothing",
        { Terminated: { Reason: "ContainerStatusUnknown", ExitCode: 137, StartedAt: null, FinishedAt: null, ContainerId: "" } end } => end.Message == Forgotten ? "forgotten" : end.Message == Unlocated ? "unlocated" : end.Message,
        { Terminated: { } end } => $"ended {end.ExitCode}",
        _ => state.ToString(),
    };
}
