using MiniK8s.Kubelet.Admission;
using MiniK8s.Kubelet.ContainerConfigs;
using MiniK8s.Kubelet.Containers;
using MiniK8s.Kubelet.Eviction;
using MiniK8s.Kubelet.Hooks;
using MiniK8s.Kubelet.Images;
using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Kubelet.Probes;
using MiniK8s.Kubelet.References;
using MiniK8s.Kubelet.StaticPods;
using MiniK8s.Kubelet.Status;
using MiniK8s.Kubelet.Volumes;

namespace MiniK8s.Kubelet.Node;

/// <summary>Fits one node's rooms together; everything a pod worker calls is made here.</summary>
/// <param name="pods">Pods at the apiserver.</param>
/// <param name="objects">ConfigMaps and Secrets at the apiserver.</param>
/// <param name="services">Services, for their variables.</param>
/// <param name="pulls">How much of its registries each node asks for.</param>
internal sealed class NodeRooms(
    IPodApi pods, IReferencedObjects objects, IServices services, PullLimits pulls, TimeProvider time, Random random, ILoggerFactory loggers)
{
    private readonly SemaphoreSlim _statusWrites = new(PodStatusReporter.ConcurrentWrites);

    /// <summary>The pool of workers, and what of their rooms others call too.</summary>
    /// <param name="identity">Whose they are.</param>
    /// <param name="node">What its pods run on.</param>
    /// <param name="events">Where what happens is told.</param>
    /// <param name="own">The Node itself.</param>
    /// <param name="pressure">What it is short of.</param>
    /// <param name="stopping">Ends everything.</param>
    public OpenNode Open(NodeIdentity identity, NodeRuntime node, IPodEvents events, IOwnNode own, NodePressure pressure, CancellationToken stopping)
    {
        var admission = new PodAdmission(own, pressure, events, time);
        var reporter = new PodStatusReporter(pods, time, loggers.CreateLogger<PodStatusReporter>(), stopping, _statusWrites);
        var mirrors = new MirrorPods(pods, reporter, own, time, loggers.CreateLogger<MirrorPods>());
        PodWorkerPool? workers = null;
        var allocatable = NodeObjects.Allocatable(identity);
        var probes = new PodProbes(
            new ProbeRunner(new ExecCheck(node.Runtime), new HttpCheck(node.Network), new TcpCheck(node.Network), new GrpcCheck(node.Network), events, node.Script),
            uid => workers!.Wake(uid), random, time, loggers, stopping);
        var hooks = new HookRunner(node.Runtime, node.Network, time);
        var stopper = new ContainerStopper(node.Runtime, hooks, events);
        var configs = new ContainerConfigSource(node.Runtime, node.Files, new ContainerVariables(objects, allocatable), services, identity.InternalIp, identity.Capacity.MemoryBytes);
        var rooms = new PodRooms(
            node.Runtime,
            pods,
            new PodSandboxes(node.Runtime, identity.Name, ClusterDns.Config, objects, events),
            new PodVolumes(node.Files, new VolumeContent(objects, identity.InternalIp, allocatable)),
            new ContainerStarter(node.Runtime, new ImagePuller(node.Runtime, new PullSecrets(objects, events), events, pulls, time), configs, hooks, stopper, events, time),
            stopper,
            new PodStopper(node.Runtime, stopper),
            new PodStatusBuilder([identity.InternalIp], probes),
            mirrors,
            probes,
            events,
            admission,
            random,
            time);
        workers = new PodWorkerPool(identity.Name, rooms, loggers, stopping);
        return new OpenNode(workers, probes, admission, mirrors, reporter);
    }
}

/// <summary>One node's rooms at work.</summary>
internal sealed record OpenNode(PodWorkerPool Workers, PodProbes Probes, PodAdmission Admission, MirrorPods Mirrors, PodStatusReporter Reporter) : IAsyncDisposable
{
    /// <summary>Returns when every worker and then every probe has let go.</summary>
    public async ValueTask DisposeAsync()
    {
        await Workers.DisposeAsync();
        await Probes.DisposeAsync();
    }
}
