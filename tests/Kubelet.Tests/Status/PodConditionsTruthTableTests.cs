using MiniK8s.Kubelet.Status;
using MiniK8s.Kubelet.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Tests.Status;

/// <summary>The kubelet's five conditions for every phase, readiness, progress of initialisation and gate, against the rule book's table.</summary>
public sealed class PodConditionsTruthTableTests
{
    private static readonly string[] Phases = ["Pending", "Running", "Succeeded", "Failed"];

    // What a container shows: its status, whether it is or was running, whether it is ready, whether it has started.
    private static readonly (string Name, bool Ran, bool Ready, bool Started)[] Mains =
    [
        ("none", false, false, false), ("waiting", false, false, false), ("waiting again", true, false, false), ("ended", true, false, false),
        ("running", true, false, true), ("ready", true, true, true),
    ];

    private static readonly (string Name, bool IsSidecar, bool Ready, bool Started)[] Inits =
    [
        ("none", false, false, false), ("waiting", false, false, false), ("running", false, false, true), ("ended", false, true, false),
        ("none", true, false, false), ("waiting", true, false, false), ("running", true, false, true), ("ready", true, true, true),
    ];

    // Gates of the pod, as "type:status"; a gate without a status has no condition.
    private static readonly string[][] Gates = [[], ["g:True"], ["g:False"], ["g:Unknown"], ["g"], ["g:True", "h"], ["g", "h:False"], ["g:True", "h:True"]];

    [Fact]
    public void Compute_EveryCombination_IsTheTables()
    {
        var seen = 0;
        foreach (var phase in Phases)
        {
            foreach (var sandbox in new[] { false, true })
            {
                foreach (var mains in Pairs(Mains, atLeast: 1))
                {
                    foreach (var inits in Pairs(Inits, atLeast: 0))
                    {
                        foreach (var gates in Gates)
                        {
                            var (pod, status) = Make(phase, mains, inits, gates);
                            var got = PodConditions.Compute(pod, status, sandbox, null, A.Noon).Select(c => $"{c.Type}={c.Status} {c.Reason} {c.Message}");
                            var wanted = Wanted(phase, sandbox, mains, inits, gates);
                            if (!wanted.SequenceEqual(got)) Assert.Equal(wanted, got);
                            seen++;
                        }
                    }
                }
            }
        }
        Assert.Equal(4 * 2 * (6 + 36) * (1 + 8 + 64) * 8, seen);
    }

    [Fact]
    public void Build_ConditionsOfOthers_ComeFirstAsTheyAreAndThenTheKubeletsInOrder()
    {
        var pod = A.Pod().With(p => p.Status.Conditions.Add(
        [
            new() { Type = "Ready", Status = "True" },
            new() { Type = "z.example/gate", Status = "True", Reason = "Theirs" },
            new() { Type = "PodScheduled", Status = "True" },
            new() { Type = "DisruptionTarget", Status = "False" },
        ]));

        var status = new PodStatusBuilder(["10.0.0.1"], new FakeProbes()).Build(pod, Kubelet.PodWorkers.RuntimePod.None, null, new Dictionary<string, StartError>(), ending: null, isOver: false, A.Noon);

        Assert.Equal(
            ["z.example/gate", "DisruptionTarget", "PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"],
            status.Conditions.Select(c => c.Type));
        Assert.Equal("Theirs", status.Conditions[0].Reason);
    }

    private static List<string> Wanted(
        string phase, bool sandbox, List<(string Name, bool Ran, bool Ready, bool Started)> mains, List<(string Name, bool IsSidecar, bool Ready, bool Started)> inits, string[] gates)
    {
        var done = inits.Select((init, i) => (Name: $"i{i}", Known: init.Name != "none", Good: init.IsSidecar ? init.Started : init.Ready)).ToList();
        var ready = inits.Select((init, i) => (Name: $"i{i}", Known: init.Name != "none", Good: init.Ready, init.IsSidecar)).Where(init => init.IsSidecar).Select(init => (init.Name, init.Known, init.Good))
            .Concat(mains.Select((main, i) => (Name: $"c{i}", Known: main.Name != "none", Good: main.Ready))).ToList();

        var initialized = phase == "Succeeded" && done.TrueForAll(i => i.Known) ? "True PodCompleted " : mains.Exists(m => m.Ran) ? "True  " : Verdict(done, "ContainersNotInitialized", "incomplete");
        var over = ready.TrueForAll(c => c.Known) ? phase switch { "Succeeded" => "False PodCompleted ", "Failed" => "False PodFailed ", _ => null } : null;
        var containers = over ?? Verdict(ready, "ContainersNotReady", "unready");
        var unmet = gates.Where(gate => !gate.EndsWith(":True", StringComparison.Ordinal)).Select(gate => gate.Contains(':', StringComparison.Ordinal)
            ? $"the status of pod readiness gate \"{gate[0]}\" is not \"True\", but {gate[2..]}"
            : $"corresponding condition of pod readiness gate \"{gate}\" does not exist.").ToList();
        var all = containers != "True  " ? containers : unmet.Count == 0 ? "True  " : $"False ReadinessGatesNotReady {string.Join(", ", unmet)}";
        return [$"PodReadyToStartContainers={sandbox}  ", $"Initialized={initialized}", $"Ready={all}", $"ContainersReady={containers}", "PodScheduled=True  "];
    }

    private static string Verdict(List<(string Name, bool Known, bool Good)> containers, string reason, string what)
    {
        var unknown = string.Join(' ', containers.Where(c => !c.Known).Select(c => c.Name));
        var bad = string.Join(' ', containers.Where(c => c is { Known: true, Good: false }).Select(c => c.Name));
        var parts = new List<string>();
        if (unknown.Length > 0) parts.Add($"containers with unknown status: [{unknown}]");
        if (bad.Length > 0) parts.Add($"containers with {what} status: [{bad}]");
        return parts.Count == 0 ? "True  " : $"False {reason} {string.Join(", ", parts)}";
    }

    private static (Pod Pod, PodStatus Status) Make(
        string phase, List<(string Name, bool Ran, bool Ready, bool Started)> mains, List<(string Name, bool IsSidecar, bool Ready, bool Started)> inits, string[] gates)
    {
        var pod = A.Pod([.. mains.Select((_, i) => A.Container($"c{i}"))]).Init([.. inits.Select((init, i) => init.IsSidecar ? A.Sidecar($"i{i}") : A.Container($"i{i}"))]);
        foreach (var gate in gates.Select(gate => gate.Split(':')))
        {
            pod.Spec.ReadinessGates.Add(new PodReadinessGate { ConditionType = gate[0] });
            if (gate.Length > 1) pod.Status.Conditions.Add(new PodCondition { Type = gate[0], Status = gate[1] });
        }
        var status = new PodStatus { Phase = phase };
        status.ContainerStatuses.Add(mains.Select((main, i) => Status($"c{i}", main.Name, main.Ready, main.Started)).OfType<ContainerStatus>());
        status.InitContainerStatuses.Add(inits.Select((init, i) => Status($"i{i}", init.Name, init.Ready, init.Started)).OfType<ContainerStatus>());
        return (pod, status);
    }

    private static ContainerStatus? Status(string name, string state, bool ready, bool started) => state == "none" ? null : new()
    {
        Name = name,
        Ready = ready,
        Started = started,
        State = state switch { "waiting" or "waiting again" => new() { Waiting = new() }, "ended" => new() { Terminated = new() }, _ => new() { Running = new() } },
        LastState = state == "waiting again" ? new() { Terminated = new() } : new(),
    };

    private static IEnumerable<List<T>> Pairs<T>(T[] choices, int atLeast) => new List<T>[] { [] }
        .Concat(choices.Select(c => new List<T> { c })).Concat(choices.SelectMany(c => choices.Select(d => new List<T> { c, d }))).Where(pair => pair.Count >= atLeast);
}
