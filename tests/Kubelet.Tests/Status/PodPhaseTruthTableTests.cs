using MiniK8s.Kubelet.Status;
using MiniK8s.Kubelet.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Tests.Status;

/// <summary>Every pod of up to two main and two init containers in every state there is, against the two tables of the rule book as they stand there.</summary>
public sealed class PodPhaseTruthTableTests
{
    // A state by its name in the tables below; "none" is a container without a status.
    private static readonly Dictionary<string, Func<ContainerStatus?>> States = new()
    {
        ["none"] = () => null,
        ["empty"] = () => new ContainerStatus(),
        ["running"] = () => new ContainerStatus { State = new() { Running = new() } },
        ["up"] = () => new ContainerStatus { State = new() { Running = new() }, Started = true },
        ["waiting"] = () => new ContainerStatus { State = new() { Waiting = new() } },
        ["waiting after 0"] = () => new ContainerStatus { State = new() { Waiting = new() }, LastState = new() { Terminated = new() } },
        ["waiting after 1"] = () => new ContainerStatus { State = new() { Waiting = new() }, LastState = new() { Terminated = new() { ExitCode = 1 } } },
        ["ended 0"] = () => new ContainerStatus { State = new() { Terminated = new() { Reason = "Completed" } } },
        ["ended 1"] = () => new ContainerStatus { State = new() { Terminated = new() { ExitCode = 1, Reason = "Error" } } },
        ["ended 0 OOM"] = () => new ContainerStatus { State = new() { Terminated = new() { Reason = "OOMKilled" } } },
    };

    private const string MainCounts = """
        none            | unknown
        empty           | unknown
        running         | running mainRan
        waiting         | waiting
        waiting after 0 | stopped mainRan
        waiting after 1 | stopped mainRan
        ended 0         | stopped succeeded mainRan
        ended 1         | stopped mainRan
        """;

    private const string InitCounts = """
        none            | pendingInit
        empty           | pendingInit
        running         | pendingInit
        waiting         | pendingInit
        waiting after 0 |
        waiting after 1 | failedInit
        ended 0         |
        ended 1         | failedInit
        ended 0 OOM     | failedInit
        """;

    private const string SidecarCounts = """
        none            | unknown
        empty           | pendingSidecar unknown
        running         | running pendingSidecar
        up              | running
        waiting         | pendingSidecar waiting
        waiting after 0 |
        waiting after 1 |
        ended 0         |
        ended 1         |
        """;

    // The first row whose tests all hold; "x" is x > 0, "!x" is x = 0, "all" is stopped = succeeded.
    private const string Phases = """
        failedInit Never                            | Failed
        pendingInit                                 | Pending
        pendingSidecar !mainRan                     | Pending
        waiting                                     | Pending
        running !unknown                            | Running
        !running stopped !unknown ending all        | Succeeded
        !running stopped !unknown ending            | Failed
        !running stopped !unknown Always            | Running
        !running stopped !unknown all               | Succeeded
        !running stopped !unknown Never             | Failed
        !running stopped !unknown OnFailure         | Running
                                                    | Pending
        """;

    [Fact]
    public void Decide_EveryCombination_IsTheTables()
    {
        var (mains, inits, sidecars, phases) = (Rows(MainCounts), Rows(InitCounts), Rows(SidecarCounts), Rows(Phases));
        var initSlots = inits.Select(row => (IsSidecar: false, Row: row)).Concat(sidecars.Select(row => (IsSidecar: true, Row: row))).ToList();
        var checkedOnes = 0;
        foreach (var main in UpTo2(mains).Where(m => m.Count > 0))
        {
            foreach (var init in UpTo2(initSlots))
            {
                foreach (var (policy, isEnding) in new[] { "Always", "OnFailure", "Never" }.SelectMany(policy => new[] { (policy, false), (policy, true) }))
                {
                    var facts = init.SelectMany(i => i.Row[1].Split(' ')).Concat(main.SelectMany(m => m[1].Split(' '))).Append(policy).Append(isEnding ? "ending" : "").ToList();
                    var pod = A.Pod([.. main.Select((_, i) => A.Container($"c{i}"))]).RestartPolicy(policy).Init([.. init.Select((slot, i) => slot.IsSidecar ? A.Sidecar($"i{i}") : A.Container($"i{i}"))]);

                    var phase = PodPhaseTable.Decide(pod.Spec, Statuses("c", main.Select(m => m[0])), Statuses("i", init.Select(i => i.Row[0])), isEnding);

                    var wanted = phases.First(row => row[0].Split(' ', StringSplitOptions.RemoveEmptyEntries).All(test => Holds(test, facts)))[1];
                    if (phase != wanted) Assert.Fail($"{phase}, not {wanted}: {policy}{(isEnding ? ", ending" : "")}; mains {Text(main)}; inits {Text(init.Select(i => i.Row))}");
                    checkedOnes++;
                }
            }
        }
        Assert.Equal(72 * (1 + 18 + (18 * 18)) * 6, checkedOnes);
    }

    private static bool Holds(string test, List<string> facts) => test switch
    {
        "all" => facts.Count(f => f == "stopped") == facts.Count(f => f == "succeeded"),
        ['!', .. var fact] => !facts.Contains(fact),
        _ => facts.Contains(test),
    };

    private static List<ContainerStatus> Statuses(string prefix, IEnumerable<string> states)
    {
        var statuses = states.Select((state, i) => (States[state](), Name: $"{prefix}{i}")).Where(s => s.Item1 is not null).ToList();
        foreach (var (status, name) in statuses) status!.Name = name;
        return [.. statuses.Select(s => s.Item1!)];
    }

    private static List<string[]> Rows(string table) => [.. table.Split('\n').Select(row => row.Split('|', StringSplitOptions.TrimEntries))];

    private static IEnumerable<List<T>> UpTo2<T>(List<T> choices) =>
        new List<T>[] { [] }.Concat(choices.Select(c => new List<T> { c })).Concat(choices.SelectMany(c => choices.Select(d => new List<T> { c, d })));

    private static string Text(IEnumerable<string[]> rows) => string.Join(", ", rows.Select(row => row[0]));
}
