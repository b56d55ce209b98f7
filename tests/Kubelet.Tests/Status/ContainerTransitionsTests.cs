using MiniK8s.Kubelet.Status;
using MiniK8s.Kubelet.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Tests.Status;

/// <summary>Which results are final: every kind of container, from every state to every other, under every policy.</summary>
public sealed class ContainerTransitionsTests
{
    // May it leave the state for one that is no end?
    private const string Table = """
        kind      | before   | Always | OnFailure | Never
        main      | none     | may    | may       | may
        main      | waiting  | may    | may       | may
        main      | running  | may    | may       | may
        main      | ended 0  | may    | may not   | may not
        main      | ended 1  | may    | may       | may not
        init      | none     | may    | may       | may
        init      | waiting  | may    | may       | may
        init      | running  | may    | may       | may
        init      | ended 0  | may    | may not   | may not
        init      | ended 1  | may    | may       | may not
        sidecar   | ended 0  | may    | may       | may
        sidecar   | ended 1  | may    | may       | may
        ephemeral | ended 0  | may    | may       | may
        ephemeral | ended 1  | may    | may       | may
        """;

    private static readonly string[] Afters = ["none", "waiting", "running", "ended 0", "ended 1"];
    private static readonly string[][] Rows = [.. Table.Split('\n').Select(row => row.Split('|', StringSplitOptions.TrimEntries))];

    public static TheoryData<string, string, string, string, string> Cells
    {
        get
        {
            var cells = new TheoryData<string, string, string, string, string>();
            foreach (var row in Rows.Skip(1))
            {
                for (var i = 2; i < row.Length; i++)
                {
                    foreach (var after in Afters) cells.Add(row[0], row[1], Rows[0][i], after, row[i]);
                }
            }
            return cells;
        }
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void Illegal_FromAStateToAnother_IsTheTables(string kind, string before, string policy, string after, string mayLeave)
    {
        var pod = A.Pod(A.Container("m")).RestartPolicy(policy);
        if (kind == "init") pod.Init(A.Container("x"));
        if (kind == "sidecar") pod.Init(A.Sidecar("x"));

        var fault = ContainerTransitions.Illegal(pod.Spec, Of(kind, before), Of(kind, after));

        // A status that does not speak of the container says nothing wrong of it.
        var isRefused = mayLeave == "may not" && (after is "waiting" or "running");
        Assert.Equal(isRefused ? $"terminated {(kind == "init" ? "init container" : "container")} x attempted illegal transition to non-terminated state" : null, fault);
    }

    [Fact]
    public void Illegal_AnotherContainerRuns_IsNoneOfItsBusiness()
    {
        var before = Of("main", "ended 0");
        var after = Of("main", "ended 0");
        after.ContainerStatuses.Add(new ContainerStatus { Name = "y", State = State("running") });

        Assert.Null(ContainerTransitions.Illegal(A.Pod().RestartPolicy("Never").Spec, before, after));
    }

    private static PodStatus Of(string kind, string state)
    {
        var status = new PodStatus();
        if (state == "none") return status;
        var list = kind switch
        {
            "main" => status.ContainerStatuses,
            "ephemeral" => status.EphemeralContainerStatuses,
            _ => status.InitContainerStatuses,
        };
        list.Add(new ContainerStatus { Name = "x", State = State(state) });
        return status;
    }

    private static ContainerState State(string state) => state.Split(' ') switch
    {
        ["waiting"] => new() { Waiting = new() },
        ["running"] => new() { Running = new() },
        ["ended", var code] => new() { Terminated = new() { ExitCode = int.Parse(code) } },
        _ => throw new ArgumentException(state),
    };
}
