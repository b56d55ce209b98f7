using Microsoft.Extensions.Logging.Abstractions;

using MiniK8s.Kubelet.Admission;
using MiniK8s.Kubelet.Eviction;
using MiniK8s.Kubelet.Containers;
using MiniK8s.Kubelet.Hooks;
using MiniK8s.Kubelet.Images;
using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Status;
using MiniK8s.Kubelet.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Tests.Model;

/// <summary>One life of a kubelet: the real pool, workers, starter, stopper and reporter over the model's runtime, apiserver and probes.</summary>
internal sealed class ModelKubelet
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly HashSet<string> _unmounted = [];
    private readonly HashSet<string> _removed = [];
    private readonly HashSet<string> _toLook = [];
    private readonly HashSet<string> _toForget = [];

    public ModelKubelet(ModelRuntime runtime, ModelApi api, IPodProbes probes, IPodEvents events, ManualTimeProvider time, Random random)
    {
        var hooks = new HookRunner(runtime, null!, time);
        var stopper = new ContainerStopper(runtime, hooks, events);
        var puller = new ImagePuller(runtime, new PullSecrets(new FakeObjects(), events), events, new PullLimits(AtOnce: 0, PerSecond: 0, Burst: 0), time);
        var admission = new PodAdmission(new FakeNode(), new NodePressure(), events, time);
        Pool = new PodWorkerPool(
            "node-1",
            new PodRooms(
                runtime,
                api,
                new PodSandboxes(runtime, "node-1", DnsConfig.None, new FakeObjects(), events),
                new ModelVolumes(this),
                new ContainerStarter(runtime, puller, new PlainConfigs(), hooks, stopper, events, time),
                stopper,
                new PodStopper(runtime, stopper),
                new PodStatusBuilder(["10.0.0.1"], probes),
                new PodStatusReporter(api, time, NullLogger<PodStatusReporter>.Instance, _stopping.Token),
                new WatchedProbes(this, probes),
                events,
                admission,
                random,
                time),
            NullLoggerFactory.Instance,
            _stopping.Token);
        admission.Open(_stopping.Token);
        runtime.OnLook = Looked;
    }

    public PodWorkerPool Pool { get; }

    /// <summary>Told of each look at what runs.</summary>
    public Action OnLook { get; init; } = () => { };

    /// <summary>Volumes that are missing.</summary>
    public bool HasVolumeFault { get; set; }

    /// <summary>The pods this kubelet has met.</summary>
    public HashSet<string> Met { get; } = [];

    /// <summary>Those that were being deleted when it met them.</summary>
    public HashSet<string> MetDeleting { get; } = [];

    /// <summary>What must still come by way of the thread pool; null when nothing does.</summary>
    public string? Missing => _toLook.Count > 0 ? $"the first look at {string.Join(' ', _toLook)}" : _toForget.Count > 0 ? $"the end of {string.Join(' ', _toForget)}" : null;

    public void Update(Pod pod)
    {
        if (Met.Add(pod.Metadata.Uid))
        {
            _toLook.Add(pod.Metadata.Uid);
            if (pod.IsDeleting()) MetDeleting.Add(pod.Metadata.Uid);
        }
        Pool.Update(pod);
    }

    public void Remove(Pod pod)
    {
        if (!Met.Contains(pod.Metadata.Uid)) return;
        if (_removed.Add(pod.Metadata.Uid) && _unmounted.Contains(pod.Metadata.Uid)) _toForget.Add(pod.Metadata.Uid);
        Pool.Remove(pod);
    }

    public Task StopAsync()
    {
        _stopping.Cancel();
        return Pool.DisposeAsync().AsTask();
    }

    private void Looked(string uid)
    {
        _toLook.Remove(uid);
        OnLook();
    }

    private sealed class ModelVolumes(ModelKubelet kubelet) : IPodVolumes
    {
        public Task MountAsync(Pod pod, CancellationToken ct) => kubelet.HasVolumeFault ? throw new VolumeException("no such volume") : Task.CompletedTask;

        public Task UnmountAsync(Pod pod, CancellationToken ct)
        {
            kubelet._unmounted.Add(pod.Metadata.Uid);
            return Task.CompletedTask;
        }
    }

    /// <summary>The end of a pod's probes is said when its stop is over, and once more when all of it is forgotten: that comes after its volumes are gone.</summary>
    private sealed class WatchedProbes(ModelKubelet kubelet, IPodProbes probes) : IPodProbes
    {
        public bool IsStarted(Container container, Kubelet.Runtime.ContainerStatus instance) => probes.IsStarted(container, instance);

        public bool IsReady(Container container, Kubelet.Runtime.ContainerStatus instance) => probes.IsReady(container, instance);

        public ContainerKillReason? FailureOf(Kubelet.Runtime.ContainerStatus instance) => probes.FailureOf(instance);

        public void Begin(Pod pod) => probes.Begin(pod);

        public void Published(Pod pod, PodStatus status) => probes.Published(pod, status);

        public void EndRestarts(string uid) => probes.EndRestarts(uid);

        public void End(string uid)
        {
            probes.End(uid);
            if (kubelet._unmounted.Contains(uid)) kubelet._toForget.Remove(uid);
        }
    }

    private sealed class PlainConfigs : IContainerConfigSource
    {
        public Task<ContainerConfig> BuildAsync(Pod pod, Container container, int attempt, PodSandboxStatus sandbox, CancellationToken ct) =>
            Task.FromResult(new ContainerConfig { Name = container.Name, Attempt = attempt, Image = container.Image });
    }
}
