using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Status;

/// <summary>The five conditions that belong to the kubelet, in the order it writes them [pkg/kubelet/status/generate.go].</summary>
internal static class PodConditions
{
    private static readonly string[] Owned = ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady", "PodScheduled"];

    /// <summary>Shared with the control plane, which sets it where it evicts a pod.</summary>
    public const string DisruptionTarget = "DisruptionTarget";

    public static IReadOnlyList<string> OwnedTypes => Owned;

    /// <summary>The kubelet itself has ended the pod.</summary>
    public static PodCondition Disrupted(string message, DateTimeOffset now) => new()
    {
        Type = DisruptionTarget, Status = "True", Reason = "TerminationByKubelet", Message = message, LastTransitionTime = ContainerStatuses.WholeSeconds(now),
    };

    /// <summary>Puts a condition in the place of the one of its type, or at the end.</summary>
    public static void Replace(IList<PodCondition> conditions, PodCondition condition)
    {
        var place = conditions.Select(c => c.Type).ToList().IndexOf(condition.Type);
        if (place < 0) conditions.Add(condition);
        else conditions[place] = condition;
    }

    /// <summary>Computes them; <paramref name="before"/> gives the transition times of what has not changed.</summary>
    public static IEnumerable<PodCondition> Compute(Pod pod, PodStatus status, bool hasNetworkedSandbox, PodStatus? before, DateTimeOffset now)
    {
        var containersReady = ContainersReady(pod.Spec, status);
        Verdict[] verdicts =
        [
            new("PodReadyToStartContainers", hasNetworkedSandbox),
            Initialized(pod.Spec, status),
            Ready(pod, containersReady),
            containersReady,
            new("PodScheduled", true),
        ];
        return verdicts.Select(verdict => verdict.ToCondition(before?.Conditions.FirstOrDefault(c => c.Type == verdict.Type), now));
    }

    private static Verdict Initialized(PodSpec spec, PodStatus status)
    {
        var unmet = Unmet("incomplete", status, spec.InitContainers, s => spec.InitContainers.First(c => c.Name == s.Name).IsSidecar() ? s.Started : s.Ready);
        if (status.Phase == "Succeeded" && unmet.Unknown.Length == 0) return new("Initialized", true, "PodCompleted");
        // A main container that runs, or ran, proves it, whatever became of the init containers' records since.
        if (status.ContainerStatuses.Any(s => s.State?.Running is not null || s.State?.Terminated is not null || s.LastState?.Terminated is not null)) return new("Initialized", true);
        return unmet.Text.Length == 0 ? new("Initialized", true) : new("Initialized", false, "ContainersNotInitialized", unmet.Text);
    }

    private static Verdict ContainersReady(PodSpec spec, PodStatus status)
    {
        var unmet = Unmet("unready", status, spec.Sidecars().Concat(spec.Containers), s => s.Ready);
        if (unmet.Unknown.Length == 0 && status.Phase is "Succeeded" or "Failed") return new("ContainersReady", false, status.Phase == "Succeeded" ? "PodCompleted" : "PodFailed");
        return unmet.Text.Length == 0 ? new("ContainersReady", true) : new("ContainersReady", false, "ContainersNotReady", unmet.Text);
    }

    // The containers that lack what is asked for, in words: first those that have no status at all.
    private static (string Unknown, string Text) Unmet(string lack, PodStatus status, IEnumerable<Container> containers, Func<ContainerStatus, bool> isMet)
    {
        var statuses = status.InitContainerStatuses.Concat(status.ContainerStatuses).ToDictionary(s => s.Name);
        var names = containers.Select(c => c.Name).ToList();
        var unknown = string.Join(' ', names.Where(name => !statuses.ContainsKey(name)));
        var unmet = string.Join(' ', names.Where(name => statuses.TryGetValue(name, out var s) && !isMet(s)));
        string[] texts = [unknown.Length > 0 ? $"containers with unknown status: [{unknown}]" : "", unmet.Length > 0 ? $"containers with {lack} status: [{unmet}]" : ""];
        return (unknown, string.Join(", ", texts.Where(text => text.Length > 0)));
    }

    private static Verdict Ready(Pod pod, Verdict containersReady)
    {
        if (!containersReady.IsTrue) return containersReady with { Type = "Ready" };

        var unmet = pod.Spec.ReadinessGates
            .Select(gate => (gate.ConditionType, Found: pod.Status?.Conditions.FirstOrDefault(c => c.Type == gate.ConditionType)))
            .Where(gate => gate.Found?.Status != "True")
            .Select(gate => gate.Found is null
                ? $"corresponding condition of pod readiness gate \"{gate.ConditionType}\" does not exist."
                : $"the status of pod readiness gate \"{gate.ConditionType}\" is not \"True\", but {gate.Found.Status}")
            .ToList();
        return unmet.Count == 0 ? new("Ready", true) : new("Ready", false, "ReadinessGatesNotReady", string.Join(", ", unmet));
    }

    private sealed record Verdict(string Type, bool IsTrue, string Reason = "", string Message = "")
    {
        public PodCondition ToCondition(PodCondition? before, DateTimeOffset now)
        {
            var status = IsTrue ? "True" : "False";
            return new PodCondition
            {
                Type = Type,
                Status = status,
                Reason = Reason,
                Message = Message,
                LastTransitionTime = before?.Status == status && before.LastTransitionTime is { } unchanged
                    ? unchanged.Clone()
                    : ContainerStatuses.WholeSeconds(now),
            };
        }
    }
}
