using System.Collections.Concurrent;

using MiniK8s.Api.Objects;
using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Status;

/// <summary>Brings pod statuses to the apiserver: the latest of each pod, one write at a time per pod [pkg/kubelet/status/status_manager.go].</summary>
/// <remarks>
/// Set replaces what has not been sent yet, so a slow apiserver sees fewer steps, never old ones after new ones. A failed write is
/// tried again until it succeeds or the pod is gone. A pod whose containers have all ended and whose deletion was asked for is deleted
/// once its terminal phase has been stored: every watcher sees that phase before DELETED. The nodes of a process share their turns, so that a
/// thousand of them leave the apiserver room for their leases.
/// </remarks>
internal sealed partial class PodStatusReporter(IPodApi api, TimeProvider time, ILogger<PodStatusReporter> logger, CancellationToken stopping, SemaphoreSlim? turns = null) : IPodStatuses
{
    /// <summary>How many writes are under way at once, where nobody says otherwise.</summary>
    public const int ConcurrentWrites = 32;

    private static readonly TimeSpan RetryPeriod = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, Entry> _entries = new();
    private readonly SemaphoreSlim _writes = turns ?? new(ConcurrentWrites);

    /// <inheritdoc />
    public void Set(Pod pod, PodStatus status, bool mayStillRun) => Change(pod, entry => entry.Set(pod, status, mayStillRun));

    /// <summary>
    /// The pod has changed at the apiserver: if somebody else wrote over its status, ours is written again, and a finished pod may have been asked to go.
    /// </summary>
    public void Observe(Pod pod)
    {
        if (_entries.ContainsKey(pod.Metadata.Uid)) Change(pod, entry => entry.Observe(pod));
    }

    /// <summary>Completes once everything that was set up to now has been sent.</summary>
    public Task SentAsync() => Task.WhenAll(_entries.Values.Select(entry => entry.Sender));

    /// <summary>The pod is gone from the apiserver.</summary>
    public void Forget(Pod pod) => _entries.TryRemove(pod.Metadata.Uid, out _);

    private void Change(Pod pod, Action<Entry> change)
    {
        var entry = _entries.GetOrAdd(pod.Metadata.Uid, _ => new Entry(pod));
        lock (entry.Gate)
        {
            change(entry);
            if (!entry.HasWork || entry.IsSending) return;
            entry.IsSending = true;
        }
        entry.Sender = SendAsync(pod.Metadata.Uid, entry);
    }

    // Runs while the entry has something to send; the flag it clears last is what Change looks at.
    private async Task SendAsync(string uid, Entry entry)
    {
        while (!stopping.IsCancellationRequested && _entries.ContainsKey(uid))
        {
            PendingWrite? write;
            lock (entry.Gate)
            {
                write = entry.Take();
                if (write is null) entry.IsSending = false;
            }
            if (write is null) return;
            try
            {
                await _writes.WaitAsync(stopping);
                try
                {
                    await SendAsync(entry, write);
                }
                finally
                {
                    _writes.Release();
                }
            }
            catch (Exception exception) when (!stopping.IsCancellationRequested)
            {
                LogWriteFailed(entry.Pod.Metadata.Namespace, entry.Pod.Metadata.Name, exception);
                lock (entry.Gate) entry.PutBack(write);
                await Task.Delay(RetryPeriod, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task SendAsync(Entry entry, PendingWrite write)
    {
        var stored = write.Base;
        for (var fresh = false; ; fresh = true)
        {
            if (fresh && (stored = await api.GetAsync(write.Base.Metadata.Namespace, write.Base.Metadata.Name, stopping))?.Metadata.Uid != write.Base.Metadata.Uid) return;
            // A pod that has ended stays ended: who would say otherwise has an old view of it, and will hear. A static pod may start again.
            if (stored!.HasTerminalPhase() && write.Status.Phase is not ("Succeeded" or "Failed") && !stored!.IsMirror()) return;
            var merged = PodStatusMerge.Into(stored, write.Status, write.MayStillRun);
            if (PodStatusMerge.IsSame(merged, stored.Status)) break;

            var wanted = stored.Clone();
            wanted.Status = merged;
            if (await api.TryUpdateStatusAsync(wanted, stopping) is not { } written) continue;
            stored = written;
            break;
        }
        lock (entry.Gate) entry.Written(stored);
        if (!write.MayStillRun && stored.Metadata.DeletionTimestamp is not null && stored.Status?.Phase is ("Succeeded" or "Failed"))
        {
            await api.DeleteAsync(stored.Metadata.Namespace, stored.Metadata.Name, stored.Metadata.Uid, stopping);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Status of pod {Ns}/{Name} could not be written, will retry")]
    private partial void LogWriteFailed(string ns, string name, Exception exception);

    private sealed record PendingWrite(Pod Base, PodStatus Status, bool MayStillRun);

    private sealed class Entry(Pod pod)
    {
        private bool _isDirty;
        private bool _mayStillRun = true;

        // Guards everything below; nothing is awaited or called out to while it is held.
        public Lock Gate { get; } = new();

        public Pod Pod { get; private set; } = pod;

        public PodStatus? Status { get; private set; }

        public bool IsSending { get; set; }

        public Task Sender { get; set; } = Task.CompletedTask;

        public bool HasWork => _isDirty && Status is not null;

        public void Set(Pod pod, PodStatus status, bool mayStillRun)
        {
            Pod = Newer(pod);
            // A worker says the same with each of its looks.
            if (_mayStillRun == mayStillRun && status.Equals(Status)) return;
            (_isDirty, Status, _mayStillRun) = (true, status, mayStillRun);
        }

        public void Observe(Pod pod)
        {
            if (Newer(pod) == Pod) return;
            // Our own write coming back is no news, but then one copy of it is enough.
            _isDirty |= pod.Metadata.ResourceVersion != Pod.Metadata.ResourceVersion;
            Pod = pod;
        }

        public PendingWrite? Take()
        {
            if (!HasWork) return null;
            _isDirty = false;
            return new PendingWrite(Pod, Status!, _mayStillRun);
        }

        public void PutBack(PendingWrite write) => _isDirty = write.Status is not null;

        // The answer may come after the watch has told of what happened to the pod next.
        public void Written(Pod stored) => Pod = Newer(stored);

        // Our own write's answer may be newer than what the worker holds; both are versions the apiserver gave out.
        private Pod Newer(Pod pod) => pod.IsOlderThan(Pod) ? Pod : pod;
    }
}
