using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.Kubelet.Admission;
using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Kubelet.Status;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Kubelet.StaticPods;

/// <summary>Shows a node's static pods at the apiserver: each has a mirror there, which has its status [pkg/kubelet/pod/mirror_client.go].</summary>
/// <remarks>
/// <code>
/// static pod       | mirror                                     | what is done
/// -----------------+--------------------------------------------+-------------------------------------------
/// has a worker     | none                                       | created
/// has a worker     | of another hash, or somebody deletes it    | removed at once, then created
/// has a worker     | fits                                       | the status goes to it
/// has ended, or is | any                                        | removed at once
/// unknown          |                                            |
/// </code>
/// Which mirrors there are, the watch alone says: the answer to a create may come after what has happened to the mirror since. Looked at when
/// something changes; between two steps for the same name, and after a mirror has gone, there are 2 s; what fails is tried again after 10 s.
/// Other pods' statuses pass through.
/// </remarks>
internal sealed partial class MirrorPods(IPodApi api, IPodStatuses reporter, IOwnNode node, TimeProvider time, ILogger<MirrorPods> logger) : IPodStatuses
{
    private static readonly TimeSpan RetryPeriod = TimeSpan.FromSeconds(10);

    // kubectl delete reads the pod and then lists it: where a namesake stands between the two, it waits for the end of that one
    // [kubernetes/kubernetes#123177]. The period of the kubelet's housekeeping.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private readonly Wakeup _changed = new();
    private readonly Lock _gate = new();            // guards the three dictionaries; nothing is awaited under it
    private readonly Dictionary<(string Namespace, string Name), Shown> _shown = [];
    private readonly Dictionary<(string Namespace, string Name), Pod> _mirrors = [];
    private readonly Dictionary<(string Namespace, string Name), DateTimeOffset> _pauses = [];     // until when nothing is done

    /// <inheritdoc />
    public void Set(Pod pod, PodStatus status, bool mayStillRun)
    {
        if (!pod.IsStatic())
        {
            reporter.Set(pod, status, mayStillRun);
            return;
        }
        Pod? mirror;
        lock (_gate)
        {
            _shown[Key(pod)] = new Shown(pod, status, mayStillRun);
            mirror = _mirrors.GetValueOrDefault(Key(pod));
        }
        if (mirror is not null && Fits(mirror, pod)) reporter.Set(mirror, status, mayStillRun);
        else _changed.Set();
    }

    /// <inheritdoc />
    public void Observe(Pod pod)
    {
        if (!pod.IsStatic()) reporter.Observe(pod);
    }

    /// <inheritdoc />
    public void Forget(Pod pod)
    {
        if (!pod.IsStatic())
        {
            reporter.Forget(pod);
            return;
        }
        lock (_gate)
        {
            if (_shown.TryGetValue(Key(pod), out var shown) && shown.Pod.Metadata.Uid == pod.Metadata.Uid) _shown.Remove(Key(pod));
        }
        _changed.Set();
    }

    /// <summary>A mirror as the apiserver has it now.</summary>
    public void Update(Pod mirror)
    {
        Shown? shown;
        bool isNew;
        lock (_gate)
        {
            isNew = _mirrors.GetValueOrDefault(Key(mirror))?.Metadata.Uid != mirror.Metadata.Uid;
            _mirrors[Key(mirror)] = mirror;
            shown = _shown.GetValueOrDefault(Key(mirror));
        }
        if (shown is not null && isNew && Fits(mirror, shown.Pod)) Tell(mirror, shown);
        else reporter.Observe(mirror);
        _changed.Set();
    }

    /// <summary>A mirror is gone from the apiserver.</summary>
    public void Remove(Pod mirror)
    {
        lock (_gate)
        {
            if (_mirrors.TryGetValue(Key(mirror), out var known) && known.Metadata.Uid == mirror.Metadata.Uid) _mirrors.Remove(Key(mirror));
            _pauses[Key(mirror)] = time.GetUtcNow() + Pause;
        }
        reporter.Forget(mirror);
        _changed.Set();
    }

    /// <summary>Runs until stopped; begins once the node is registered, and the mirrors and the manifests are read.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            foreach (var (pod, mirror) in Differences())
            {
                var pause = await TryMendAsync(pod, mirror, stopping) ? Pause : RetryPeriod;
                lock (_gate) _pauses[Key((pod ?? mirror)!)] = time.GetUtcNow() + pause;
            }
            await _changed.WaitAsync(UntilAPauseEnds(), time, stopping);
        }
    }

    // The pod's worker may say more meanwhile; then that is the last word here too.
    private void Tell(Pod mirror, Shown shown)
    {
        Shown told;
        do
        {
            reporter.Set(mirror, shown.Status, shown.MayStillRun);
            told = shown;
            lock (_gate) shown = _shown.GetValueOrDefault(Key(mirror)) ?? told;
        }
        while (shown != told && Fits(mirror, shown.Pod));
    }

    private List<(Pod? Pod, Pod? Mirror)> Differences()
    {
        var now = time.GetUtcNow();
        lock (_gate)
        {
            foreach (var (key, end) in _pauses)
            {
                if (end <= now) _pauses.Remove(key);
            }
            return [.. _shown.Keys.Union(_mirrors.Keys)
                .Where(key => !_pauses.ContainsKey(key))
                .Select(key => (_shown.GetValueOrDefault(key)?.Pod, Mirror: _mirrors.GetValueOrDefault(key)))
                .Where(each => each is not { Pod: { } pod, Mirror: { } mirror } || !Fits(mirror, pod))];
        }
    }

    private TimeSpan UntilAPauseEnds()
    {
        lock (_gate)
        {
            if (_pauses.Count == 0) return Timeout.InfiniteTimeSpan;
            var left = _pauses.Values.Min() - time.GetUtcNow();
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }

    private async Task<bool> TryMendAsync(Pod? pod, Pod? mirror, CancellationToken stopping)
    {
        try
        {
            if (mirror is not null) await api.DeleteAsync(mirror.Metadata.Namespace, mirror.Metadata.Name, mirror.Metadata.Uid, stopping);
            else await api.CreateAsync(MirrorOf(pod!), stopping);
            return true;
        }
        catch (ApiException exception)
        {
            LogNotShown((pod ?? mirror)!.Metadata.Namespace, (pod ?? mirror)!.Metadata.Name, exception.Message);
            return false;
        }
    }

    private Pod MirrorOf(Pod pod)
    {
        var mirror = pod.Clone();
        mirror.Status = null;
        mirror.Metadata.Uid = "";
        mirror.Metadata.Annotations[MirrorPod.Annotation] = HashOf(pod);
        var (name, uid) = (node.Latest.Metadata.Name, node.Latest.Metadata.Uid);
        mirror.Metadata.OwnerReferences.Add(new OwnerReference { ApiVersion = "v1", Kind = "Node", Name = name, Uid = uid, Controller = true });
        return mirror;
    }

    private static bool Fits(Pod mirror, Pod pod) => !mirror.IsDeleting() && mirror.Metadata.Annotations[MirrorPod.Annotation] == HashOf(pod);

    private static string HashOf(Pod pod) => pod.Metadata.Annotations[PodSpecs.HashAnnotation];

    private static (string Namespace, string Name) Key(Pod pod) => (pod.Metadata.Namespace, pod.Metadata.Name);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Static pod {Ns}/{Name} could not be shown at the apiserver, will retry: {Error}")]
    private partial void LogNotShown(string ns, string name, string error);

    private sealed record Shown(Pod Pod, PodStatus Status, bool MayStillRun);
}
