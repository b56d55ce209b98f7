using System.Collections.Concurrent;

using MiniK8s.Kubelet.Admission;
using MiniK8s.Kubelet.Status;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.PodWorkers;

/// <summary>One node's pod workers: makes them, tells them what happens, and clears away after them.</summary>
/// <remarks>
/// heard                          | worker of that UID | what is done
/// -------------------------------+--------------------+--------------------------------------------------------------
/// pod added or changed           | none               | it is let in and a worker starts, or it is refused, which is its end
/// pod added or changed           | runs               | told; it looks again
/// pod added or changed           | any                | the reporter is told: it may have a status to write again, or a pod to delete
/// pod removed                    | any                | told; once it has finished, everything of the pod is forgotten
/// static pod added               | of another UID     | it waits until the one of its name has finished: never both run
/// runtime holds an unknown pod   | none               | stopped with a grace of 1 s and forgotten, once the apiserver has confirmed that it is no more
/// </remarks>
internal sealed partial class PodWorkerPool(string node, PodRooms rooms, ILoggerFactory loggers, CancellationToken stopping) : IAsyncDisposable
{
    private readonly ILogger<PodWorkerPool> _logger = loggers.CreateLogger<PodWorkerPool>();
    private readonly ConcurrentDictionary<string, (PodWorker Worker, Task Run)> _workers = new();
    private volatile bool _isListed;

    /// <summary>A pod of this node, as the apiserver has it now.</summary>
    public void Update(Pod pod)
    {
        // A manifest that was taken away and put back has the uid it had.
        if (_workers.TryGetValue(pod.Metadata.Uid, out var known) && !(known.Worker.Removed.IsCompleted && pod.IsStatic()))
        {
            known.Worker.Update(pod);
            rooms.Reporter.Observe(pod);
            return;
        }
        var worker = new PodWorker(pod, rooms, loggers.CreateLogger<PodWorker>(), isUnconfirmed: !_isListed && !pod.IsStatic());
        var before = pod.IsStatic() ? Task.WhenAll(_workers.Values.Where(other => IsOfSameManifest(other.Worker.Pod, pod)).Select(other => other.Run)) : Task.CompletedTask;
        // Asked here, in the order in which they came. It begins once it is known, or it might have ended, and been forgotten, before.
        var admission = before.IsCompleted ? rooms.Admission.AdmitAsync(worker, stopping) : AdmitAsync(worker, before);
        var isKnown = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _workers[pod.Metadata.Uid] = (worker, RunAsync(worker, admission, isKnown.Task));
        isKnown.SetResult();
    }

    /// <summary>The pod is gone from the apiserver.</summary>
    public void Remove(Pod pod)
    {
        if (_workers.TryGetValue(pod.Metadata.Uid, out var known)) known.Worker.Remove();
    }

    /// <summary>Passes what the runtime reports on to the pod's worker, until the process stops.</summary>
    public async Task FollowRuntimeAsync()
    {
        await foreach (var change in rooms.Runtime.WatchEventsAsync(stopping))
        {
            if (change.Kind == Runtime.RuntimeEventKind.Lost)
            {
                foreach (var (worker, _) in _workers.Values) worker.Wake();
            }
            else if (change.Kind is Runtime.RuntimeEventKind.ContainerDied or Runtime.RuntimeEventKind.SandboxStopped)
            {
                Wake(change.PodUid);
            }
        }
    }

    /// <summary>Wakes one pod's worker: a container has ended, or a probe has spoken.</summary>
    public void Wake(string uid)
    {
        if (_workers.TryGetValue(uid, out var known)) known.Worker.Wake();
    }

    /// <summary>Whether a pod of this node, by its uid, has ended and will not run again.</summary>
    public bool IsOver(string uid) => _workers.TryGetValue(uid, out var known) && known.Worker.Phase == PodWorkerPhase.Finished;

    /// <summary>The pod of that name, as the apiserver has it; the newest of several. Null when there is none.</summary>
    public Pod? Find(string ns, string name) => _workers.Values
        .Select(w => w.Worker.Pod)
        .Where(pod => pod.Metadata.Namespace == ns && pod.Metadata.Name == name)
        .MaxBy(pod => pod.Metadata.CreationTimestamp?.ToDateTimeOffset() ?? default);

    /// <summary>
    /// Ends what runs for pods that the apiserver does not know (any more); called once the pods have been listed. The list may be an old
    /// one, so a pod that it lacks is asked for by name.
    /// </summary>
    /// <exception cref="MiniK8s.Api.Errors.ApiException">The apiserver does not say; to be called again.</exception>
    public async Task StopOrphansAsync()
    {
        _isListed = true;
        var sandboxes = await rooms.Runtime.ListPodSandboxesAsync(podUid: null, stopping);
        await Task.WhenAll(sandboxes.Select(s => s.Config).Where(pod => !_workers.ContainsKey(pod.Uid)).DistinctBy(pod => pod.Uid).Select(StopOrphanAsync));
    }

    /// <summary>Returns when every worker has let go. Containers go on running.</summary>
    public async ValueTask DisposeAsync() => await Task.WhenAll(_workers.Values.Select(w => w.Run));

    private async Task StopOrphanAsync(Runtime.PodSandboxConfig pod)
    {
        if ((await rooms.Pods.GetAsync(pod.Namespace, pod.Name, stopping))?.Metadata.Uid == pod.Uid) return;    // the watch will bring it
        LogOrphan(node, pod.Namespace, pod.Name, pod.Uid);
        await StopAndRemoveAsync(pod.Uid);
    }

    private async Task StopAndRemoveAsync(string uid)
    {
        foreach (var container in await rooms.Runtime.ListContainersAsync(uid, stopping))
        {
            await rooms.Runtime.StopContainerAsync(container.Id, Containers.ContainerStopper.MinimumGrace, stopping);
        }
        await rooms.PodStopper.RemoveAsync(uid, stopping);
    }

    private static bool IsOfSameManifest(Pod before, Pod pod) =>
        before.IsStatic() && before.Metadata.Name == pod.Metadata.Name && before.Metadata.Namespace == pod.Metadata.Namespace;

    private async Task<Refusal?> AdmitAsync(PodWorker worker, Task before)
    {
        await before;
        return await rooms.Admission.AdmitAsync(worker, stopping);
    }

    private async Task RunAsync(PodWorker worker, Task<Refusal?> admission, Task isKnown)
    {
        // A worker's first steps do not run on the thread that delivers everybody's changes.
        await isKnown;
        try
        {
            if (await admission is { } refusal) await RefuseAsync(worker.Pod, refusal);
            else await worker.RunAsync(stopping);
            rooms.Admission.Leave(worker.Uid);
            await worker.Removed.WaitAsync(stopping);
            await rooms.PodStopper.RemoveAsync(worker.Uid, stopping);
        }
        catch (Exception) when (stopping.IsCancellationRequested)
        {
            return;
        }
        catch (Exception exception)
        {
            LogNotForgotten(node, worker.Uid, exception);
        }
        rooms.Probes.End(worker.Uid);
        rooms.Reporter.Forget(worker.Pod);
        if (_workers.TryGetValue(worker.Uid, out var known) && known.Worker == worker) _workers.TryRemove(KeyValuePair.Create(worker.Uid, known));
    }

    // Something of it may run: it was taken before the kubelet restarted with less to give.
    private async Task RefuseAsync(Pod pod, Refusal refusal)
    {
        await StopAndRemoveAsync(pod.Metadata.Uid);
        rooms.Events.Warning(pod, refusal.Reason, refusal.Message);
        rooms.Reporter.Set(pod, PodStatusBuilder.Refused(pod, refusal, rooms.Time.GetUtcNow()), mayStillRun: false);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Node {Node}: stopping pod {Ns}/{Name} ({Uid}), which the apiserver does not know")]
    private partial void LogOrphan(string node, string ns, string name, string uid);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Node {Node}: the runtime would not forget pod {Uid}")]
    private partial void LogNotForgotten(string node, string uid, Exception exception);
}
