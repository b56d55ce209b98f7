using MiniK8s.Kubelet.Status;
using MiniK8s.Kubelet.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Tests.Status;

/// <summary>The whole table: what each container's state means for the pod's phase.</summary>
public sealed class PodPhaseTableTests
{
    // Container states in short: - none, R running, W waiting for the first run, w waiting after 0, x waiting after 1, 0 and 1 ended so.
    [Theory]
    [InlineData("R", "Always", "Running")]
    [InlineData("RR", "Never", "Running")]
    [InlineData("RW", "Always", "Pending")]
    [InlineData("W", "Always", "Pending")]
    [InlineData("R-", "Always", "Pending")]
    [InlineData("R0", "Never", "Running")]
    [InlineData("R1", "Never", "Running")]
    [InlineData("0", "Always", "Running")]
    [InlineData("1", "Always", "Running")]
    [InlineData("x", "Always", "Running")]
    [InlineData("00", "OnFailure", "Succeeded")]
    [InlineData("01", "OnFailure", "Running")]
    [InlineData("0x", "OnFailure", "Running")]
    [InlineData("00", "Never", "Succeeded")]
    [InlineData("01", "Never", "Failed")]
    [InlineData("1W", "Never", "Pending")]
    public void Decide_MainContainersOnly_FollowsTheTable(string states, string policy, string phase)
    {
        var (pod, statuses) = Pod(states, policy);

        Assert.Equal(phase, PodPhaseTable.Decide(pod.Spec, statuses, [], isEnding: false));
    }

    [Theory]
    [InlineData("0", "Always", "Succeeded")]
    [InlineData("1", "Always", "Failed")]
    [InlineData("01", "Always", "Failed")]
    [InlineData("x", "Always", "Failed")]
    [InlineData("R0", "Always", "Running")]
    [InlineData("W", "Always", "Pending")]
    public void Decide_PodIsEnding_AllStoppedIsTerminal(string states, string policy, string phase)
    {
        var (pod, statuses) = Pod(states, policy);

        Assert.Equal(phase, PodPhaseTable.Decide(pod.Spec, statuses, [], isEnding: true));
    }

    [Theory]
    [InlineData("-", "W", "Never", "Pending")]
    [InlineData("R", "W", "Never", "Pending")]
    [InlineData("1", "W", "Never", "Failed")]
    [InlineData("1", "W", "Always", "Pending")]
    [InlineData("x", "W", "Always", "Pending")]
    [InlineData("0", "W", "Always", "Pending")]
    [InlineData("0", "R", "Always", "Running")]
    [InlineData("00", "0", "Never", "Succeeded")]
    public void Decide_InitContainers_ComeFirst(string inits, string mains, string policy, string phase)
    {
        var (pod, statuses) = Pod(mains, policy);
        pod.Init([.. inits.Select((_, i) => A.Container($"i{i}"))]);

        Assert.Equal(phase, PodPhaseTable.Decide(pod.Spec, statuses, Statuses(inits, "i"), isEnding: false));
    }

    [Theory]
    [InlineData("R", true, "W", "Pending")]
    [InlineData("R", false, "W", "Pending")]
    [InlineData("R", true, "R", "Running")]
    [InlineData("R", false, "0", "Running")]
    [InlineData("1", false, "0", "Succeeded")]
    [InlineData("1", false, "R", "Running")]
    public void Decide_Sidecar_ItsExitCodeNeverCounts(string sidecar, bool started, string mains, string phase)
    {
        var (pod, statuses) = Pod(mains, "Never");
        pod.Init(A.Sidecar("i0"));
        var inits = Statuses(sidecar, "i");
        inits[0].Started = started;

        Assert.Equal(phase, PodPhaseTable.Decide(pod.Spec, statuses, inits, isEnding: false));
    }

    private static (Pod Pod, List<ContainerStatus> Statuses) Pod(string states, string policy) =>
        (A.Pod([.. states.Select((_, i) => A.Container($"c{i}"))]).RestartPolicy(policy), Statuses(states, "c"));

    private static List<ContainerStatus> Statuses(string states, string prefix) =>
        [.. states.Select((letter, i) => (letter, i)).Where(s => s.letter != '-').Select(s => Status($"{prefix}{s.i}", s.letter))];

    private static ContainerStatus Status(string name, char letter) => letter switch
    {
        'R' => new() { Name = name, State = new() { Running = new() }, Started = true },
        'W' => new() { Name = name, State = new() { Waiting = new() } },
        'w' => new() { Name = name, State = new() { Waiting = new() }, LastState = new() { Terminated = new() } },
        'x' => new() { Name = name, State = new() { Waiting = new() }, LastState = new() { Terminated = new() { ExitCode = 1 } } },
        _ => new() { Name = name, State = new() { Terminated = new() { ExitCode = letter - '0' } } },
    };
}
