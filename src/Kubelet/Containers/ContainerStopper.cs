using MiniK8s.Kubelet.Hooks;
using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Containers;

/// <summary>Ends one running container: event, preStop hook, its turn, stop signal, and the kill at the end of the grace [kuberuntime_container.go killContainer].</summary>
internal sealed class ContainerStopper(Runtime.IContainerRuntime runtime, HookRunner hooks, IPodEvents events)
{
    /// <summary>What every container gets between the stop signal and the kill, whatever its hook has used up.</summary>
    public static readonly TimeSpan MinimumGrace = TimeSpan.FromSeconds(2);

    /// <summary>Returns when the container has ended.</summary>
    /// <param name="pod">Its pod.</param>
    /// <param name="instance">The running instance.</param>
    /// <param name="message">The text of the Killing event.</param>
    /// <param name="deadline">The grace, which preStop, waiting and the stop itself share.</param>
    /// <param name="turn">Completes when its stop signal may go out: sidecars wait for those they serve.</param>
    /// <param name="ct">The process is stopping.</param>
    public async Task StopAsync(Pod pod, Runtime.ContainerStatus instance, string message, StopDeadline deadline, Task turn, CancellationToken ct)
    {
        events.Normal(pod, "Killing", message, instance.Name);
        await PreStopAsync(pod, instance, deadline, ct);
        await WaitForTurnAsync(turn, deadline.Ended, ct);
        var stops = new List<Task>();
        Task first;
        do
        {
            // Asked first: a deadline that moves after this is seen by this very wait.
            var shortened = deadline.Shortened;
            stops.Add(runtime.StopContainerAsync(instance.Id, Max(deadline.Remaining, MinimumGrace), ct));
            first = await Task.WhenAny([.. stops, shortened]);
        }
        while (!stops.Contains(first));
        await Task.WhenAll(stops);
    }

    private async Task PreStopAsync(Pod pod, Runtime.ContainerStatus instance, StopDeadline deadline, CancellationToken ct)
    {
        if (HookOf(pod.Spec, instance.Name) is not { } found || deadline.Remaining <= TimeSpan.Zero) return;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(deadline.Ended, ct);
        try
        {
            var sandbox = await runtime.PodSandboxStatusAsync(instance.SandboxId, ct);
            var failure = await hooks.RunAsync(new HookCall(pod, found.Container, instance.Id, sandbox.Ip, found.Hook), limit.Token);
            if (failure is not null) events.Warning(pod, "FailedPreStopHook", "PreStopHook failed", instance.Name);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // The hook outlasted the grace: it is abandoned without an event, and the stop goes on.
        }
    }

    private static (Container Container, LifecycleHandler Hook)? HookOf(PodSpec spec, string name) =>
        spec.Containers.Concat(spec.Sidecars()).FirstOrDefault(c => c.Name == name) is { Lifecycle.PreStop: { } hook } container ? (container, hook) : null;

    private static async Task WaitForTurnAsync(Task turn, CancellationToken graceEnded, CancellationToken ct)
    {
        if (turn.IsCompleted) return;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(graceEnded, ct);
        await turn.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        ct.ThrowIfCancellationRequested();
    }

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;
}
