using MiniK8s.Api.Errors;
using MiniK8s.Client.Resources;
using MiniK8s.ClusterKit;
using MiniK8s.Protocol.Coordination.V1;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Cluster.Tests.Faults;

/// <summary>A node, the pods that want it and no other, and two instances of the scheduler they ask for, with a record of everything that became of them.</summary>
internal sealed class SchedulerStory : IAsyncDisposable
{
    private const string Namespace = "default";

    private readonly Lab _lab;
    private readonly FaultyNode _kubelet;
    private readonly WatchRecording<Pod> _watch;
    private readonly string _name;

    private SchedulerStory(Lab lab, FaultyNode kubelet, string name, WatchRecording<Pod> watch)
    {
        (_lab, _kubelet, _name, _watch) = (lab, kubelet, name, watch);
        (One, Other) = (new FaultyScheduler(lab, name, "one"), new FaultyScheduler(lab, name, "other"));
    }

    private IEnumerable<WatchChange<Pod>> Steps => _watch.Changes.Where(step => IsOurs(step.Object));

    public FaultyScheduler One { get; private set; }

    public FaultyScheduler Other { get; }

    /// <summary>The node, and the name of the scheduler.</summary>
    public string Node => _name;

    public Lab Lab => _lab;

    public static async Task<SchedulerStory> BeginAsync(Lab lab, FaultyNode kubelet, string name) =>
        new(lab, kubelet, name, await WatchRecording<Pod>.StartAsync(lab.Api, Namespace));

    /// <summary>The first of the two gets at the apiserver through a wire only; before it starts.</summary>
    public void Wire(CutProxy wire) => One = new FaultyScheduler(_lab, _name, "one", wire);

    /// <summary>A pod for this node, and for this scheduler unless told otherwise.</summary>
    public Task<Pod> CreateAsync(string name, string? scheduler = null, string cpu = "")
    {
        var pod = A.Pod(Namespace, $"{_name}-{name}", "registry.k8s.io/pause:3.9").Grace(1);
        if (scheduler is not null) pod.Spec.SchedulerName = scheduler;
        return CreateAsync(pod, cpu);
    }

    /// <summary>A pod that leaves only at the end of its grace.</summary>
    public Task<Pod> CreateDeafAsync(string name, string cpu, int grace) => CreateAsync(A.Script(Namespace, $"{_name}-{name}", Scripts.Deaf).Grace(grace), cpu);

    /// <summary>A pod for which others have to go.</summary>
    public Task<Pod> CreateUrgentAsync(string name, string cpu)
    {
        var pod = A.Pod(Namespace, $"{_name}-{name}", "registry.k8s.io/pause:3.9").Grace(1);
        pod.Spec.PriorityClassName = "system-cluster-critical";
        return CreateAsync(pod, cpu);
    }

    /// <summary>The pods of this story that were ever told to go.</summary>
    public IReadOnlyList<string> Leaving => [.. Steps.Where(step => step.Object.IsTerminating()).Select(step => step.Object.Metadata.Name).Distinct()];

    public Task<Pod> UntilRunningAsync(string name) => _lab.Api.UntilRunningAsync(Namespace, $"{_name}-{name}");

    public Task<Pod> UntilPodAsync(string name, Func<Pod, bool> fits, string what) => _lab.Api.UntilPodAsync(Namespace, $"{_name}-{name}", fits, what);

    public Task UntilGoneAsync(string name) => _lab.Api.UntilGoneAsync(Namespace, $"{_name}-{name}");

    public Task DeleteAsync(string name) => _lab.Api.DeletePodAsync(Namespace, $"{_name}-{name}");

    public async Task<Pod> FindAsync(string name) => (await _lab.Api.FindPodAsync(Namespace, $"{_name}-{name}"))!;

    /// <summary>The lease of this scheduler once that instance holds it.</summary>
    public Task<LeaseSpec> UntilHeldByAsync(FaultyScheduler instance) =>
        Eventually.GetAsync(FindLeaseAsync, lease => lease.HolderIdentity == instance.Name, $"{instance.Name} holds the lease {_name}");

    public async Task<LeaseSpec> LeaseAsync() => (await FindLeaseAsync())!;

    /// <summary>Returns once the event is there by which that instance says that it leads.</summary>
    public Task UntilToldThatItLeadsAsync(FaultyScheduler instance) => Eventually.TrueAsync(
        async () => (await _lab.Api.Resource<Event>().ListAsync("kube-system", options: null, CancellationToken.None)).Items
            .Any(each => each is { Reason: "LeaderElection", InvolvedObject.Kind: "Lease" } && each.Message == $"{instance.Name} became leader"),
        $"the event that {instance.Name} became leader");

    /// <summary>Starts the first, lets it lead, and has the second stand by.</summary>
    public async Task ElectAsync(params string[] faultsOfTheFirst)
    {
        One.StartElected(faultsOfTheFirst);
        await UntilHeldByAsync(One);
        Other.StartElected("--freeze-file", Other.FreezeFile);
        await Other.UntilReadyAsync();
        Assert.False(await Other.SaysItLeadsAsync());
    }

    /// <summary>Takes the node out, or back in.</summary>
    public async Task CordonAsync(bool cordoned = true) => await _lab.KubectlOkAsync(cordoned ? "cordon" : "uncordon", Node);

    /// <summary>Each pod of this story was bound once, by one binding of one scheduler, and started once.</summary>
    public async Task CheckBoundOnceAsync()
    {
        // The list is no older than what the watch has told by then, whatever it tells meanwhile.
        List<Pod> steps = [.. Steps.Select(step => step.Object)];
        var now = await _lab.Api.Resource<Pod>().ListAsync(Namespace, options: null, CancellationToken.None);
        var nodes = BoundPods.CheckOnce([.. steps, .. now.Items.Where(IsOurs)]);
        var taken = One.Bound.Concat(Other.Bound).ToList();
        Assert.Equal(taken.Count, taken.DistinctBy(binding => binding.Uid).Count());
        Assert.All(taken, binding => Assert.Equal(binding.Node, nodes[binding.Uid]));
        Assert.All(nodes.Keys, uid => Assert.True(_kubelet.Starts(uid, "main") <= 1, $"{uid} was started {_kubelet.Starts(uid, "main")} times"));
    }

    /// <summary>What goes wrong is told together with what the schedulers had to say.</summary>
    public async Task TellingAsync(Func<Task> play)
    {
        try
        {
            await play();
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"{exception.Message} {exception.StackTrace} The logs: {One.Log} {Other.Log}", exception);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await One.DisposeAsync();
        await Other.DisposeAsync();
        await _watch.DisposeAsync();
    }

    private bool IsOurs(Pod pod) => pod.Metadata.Name.StartsWith($"{_name}-", StringComparison.Ordinal);

    private Task<Pod> CreateAsync(Pod pod, string cpu)
    {
        if (pod.Spec.SchedulerName.Length == 0) pod.Spec.SchedulerName = _name;
        pod.Spec.NodeSelector["kubernetes.io/hostname"] = Node;
        if (cpu.Length > 0) pod.Spec.Containers[0].Resources = new ResourceRequirements { Requests = { ["cpu"] = cpu } };
        return _lab.Api.CreatePodAsync(pod);
    }

    private async Task<LeaseSpec?> FindLeaseAsync()
    {
        try
        {
            return (await _lab.Api.Resource<Lease>().GetAsync("kube-system", _name, CancellationToken.None)).Spec;
        }
        catch (ApiException refusal) when (refusal.Status.Code == 404)
        {
            return null;
        }
    }
}
