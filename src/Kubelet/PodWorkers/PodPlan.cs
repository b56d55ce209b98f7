using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.PodWorkers;

/// <summary>What to do for a live pod next: a function of its specification and of what the runtime shows [kuberuntime_manager.go computePodActions].</summary>
/// <param name="StopPod">Nothing is left to run: stop what still does (sidecars) and give the sandbox up.</param>
/// <param name="NewSandboxAttempt">A sandbox with this attempt number is needed before anything starts; null when one serves.</param>
/// <param name="Kill">Running instances that must go first.</param>
/// <param name="Start">Containers to start, in this order.</param>
internal sealed record PodPlan(bool StopPod, int? NewSandboxAttempt, IReadOnlyList<ContainerKill> Kill, IReadOnlyList<ContainerStart> Start)
{
    public bool IsNothing => !StopPod && NewSandboxAttempt is null && Kill.Count == 0 && Start.Count == 0;

    /// <summary>Decides. The pod is alive: not deleting, and no terminal phase.</summary>
    /// <remarks>
    /// sandbox        | initialisation | main containers         | plan
    /// ---------------+----------------+-------------------------+--------------------------------------------
    /// none that serves | any          | something to start      | new sandbox; first init, or the mains
    /// none that serves | any          | nothing to start        | stop the pod
    /// ready          | not finished   | none was ever created   | the next init container, or wait for one
    /// ready          | init failed    | restartPolicy Never     | stop the pod
    /// ready          | finished       | some run or must start  | start those, and sidecars that ended
    /// ready          | finished       | none runs, none starts  | stop the pod (sidecars with it)
    /// </remarks>
    public static PodPlan Decide(Pod pod, RuntimePod seen, IProbeResults probes)
    {
        var spec = pod.Spec;
        if (seen.ReadySandbox is not { } sandbox) return WithoutSandbox(spec, seen);

        var mains = spec.Containers.Select(c => new Instance(c, seen.Newest(c.Name))).ToList();
        var inits = spec.InitContainers.Select(c => new Instance(c, InSandbox(seen, sandbox, c.Name))).ToList();
        var initialised = inits.Count == 0 || mains.Any(m => m.Newest?.SandboxId == sandbox.Id);
        var ephemeral = EphemeralStarts(spec, seen);

        if (!initialised && NextInit(spec, inits, probes) is { } step) return step with { Start = [.. ephemeral, .. step.Start] };

        var kill = new List<ContainerKill>();
        var start = new List<ContainerStart>();
        var kept = 0;
        foreach (var (container, newest) in mains)
        {
            var reason = newest is null ? null : KillReason(container, newest, ContainerKind.Main, probes);
            if (reason is not null) kill.Add(new(newest!, reason));
            if (reason is null && newest?.State == Runtime.ContainerState.Running) kept++;
            else if (reason is null ? RestartRule.ShouldStart(spec.RestartPolicy, newest) : reason.Restarts(spec.RestartPolicy)) start.Add(new(container, ContainerKind.Main));
        }
        if (kept == 0 && start.Count == 0) return new(StopPod: true, null, [], []);

        var sidecars = new List<ContainerStart>();
        foreach (var (container, newest) in inits.Where(i => i.Container.IsSidecar()))
        {
            var reason = newest is null ? null : KillReason(container, newest, ContainerKind.Sidecar, probes);
            if (reason is not null) kill.Add(new(newest!, reason));
            if (reason is not null || newest?.State != Runtime.ContainerState.Running) sidecars.Add(new(container, ContainerKind.Sidecar));
        }
        return new(false, null, kill, [.. ephemeral, .. sidecars, .. start]);
    }

    private static PodPlan WithoutSandbox(PodSpec spec, RuntimePod seen)
    {
        var attempt = seen.Sandboxes.Count == 0 ? 0 : seen.Sandboxes[0].Config.Attempt + 1;
        var neverAgain = spec.RestartPolicy == "Never" && attempt != 0 && seen.Containers.Count > 0;
        var mains = spec.Containers.Where(c => RestartRule.ShouldStart(spec.RestartPolicy, seen.Newest(c.Name))).ToList();
        // Whatever still runs belongs to a sandbox that is gone.
        var orphans = seen.Containers.Where(c => c.State == Runtime.ContainerState.Running)
            .Select(c => new ContainerKill(c, ContainerKillReason.SandboxGone)).ToList();
        if (neverAgain || mains.Count == 0) return new(StopPod: true, null, orphans, []);

        ContainerStart[] first = spec.InitContainers.Count > 0
            ? [new(spec.InitContainers[0], spec.InitContainers[0].IsSidecar() ? ContainerKind.Sidecar : ContainerKind.Init)]
            : [.. mains.Select(c => new ContainerStart(c, ContainerKind.Main))];
        return new(false, attempt, orphans, first);
    }

    // Null: initialisation has finished. A plan that does nothing waits for the container that is running.
    private static PodPlan? NextInit(PodSpec spec, List<Instance> inits, IProbeResults probes)
    {
        foreach (var (container, newest) in inits)
        {
            var kind = container.IsSidecar() ? ContainerKind.Sidecar : ContainerKind.Init;
            var running = newest?.State == Runtime.ContainerState.Running;
            var isUnknown = newest?.State == Runtime.ContainerState.Unknown;
            if (kind == ContainerKind.Init && isUnknown && spec.RestartPolicy == "Never") return new(StopPod: true, null, [], []);
            var reason = isUnknown || (kind == ContainerKind.Sidecar && running) ? KillReason(container, newest!, kind, probes) : null;
            if (reason is not null) return new(false, null, [new(newest!, reason)], [new(container, kind)]);
            if (kind == ContainerKind.Sidecar && running && probes.IsStarted(container, newest!)) continue;
            if (running) return new(false, null, [], []);
            if (kind == ContainerKind.Init && newest?.State == Runtime.ContainerState.Exited)
            {
                if (!RestartRule.InitFailed(newest)) continue;
                if (spec.RestartPolicy == "Never") return new(StopPod: true, null, [], []);
            }
            return new(false, null, [], [new(container, kind)]);
        }
        return null;
    }

    // Ephemeral containers start once and never again, also before initialisation has finished.
    private static IEnumerable<ContainerStart> EphemeralStarts(PodSpec spec, RuntimePod seen) => spec.EphemeralContainers
        .Where(c => seen.Newest(c.EphemeralContainerCommon.Name) is null)
        .Select(c => new ContainerStart(EphemeralContainers.AsContainer(c), ContainerKind.Ephemeral) { Target = c.TargetContainerName });

    private static Runtime.ContainerStatus? InSandbox(RuntimePod seen, Runtime.PodSandboxStatus sandbox, string container) =>
        seen.Containers.FirstOrDefault(c => c.Name == container && c.SandboxId == sandbox.Id);

    private static ContainerKillReason? KillReason(Container container, Runtime.ContainerStatus newest, ContainerKind kind, IProbeResults probes)
    {
        if (newest.State == Runtime.ContainerState.Unknown) return kind == ContainerKind.Main ? ContainerKillReason.Unknown : ContainerKillReason.UnknownInit;
        if (newest.State != Runtime.ContainerState.Running) return null;
        if (newest.Config.Image != container.Image) return ContainerKillReason.DefinitionChanged;
        return probes.FailureOf(newest);
    }

    private readonly record struct Instance(Container Container, Runtime.ContainerStatus? Newest);
}

/// <summary>A running instance that must end, and why.</summary>
internal sealed record ContainerKill(Runtime.ContainerStatus Instance, ContainerKillReason Reason);

/// <summary>A container to start.</summary>
internal sealed record ContainerStart(Container Container, ContainerKind Kind)
{
    /// <summary>The container whose processes an ephemeral one is to see; empty for its own alone.</summary>
    public string Target { get; init; } = "";
}

internal enum ContainerKind
{
    Main,
    Init,
    Sidecar,
    Ephemeral,
}
