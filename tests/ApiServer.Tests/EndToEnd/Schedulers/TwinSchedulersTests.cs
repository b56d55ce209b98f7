using Grpc.Core;

using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Protocol.V1;

namespace MiniK8s.ApiServer.Tests.EndToEnd.Schedulers;

/// <summary>Two schedulers that both act on the pods of one apiserver (goal P1), here without processes and nodes of their own, so that ten thousand pods take a minute.</summary>
public sealed class TwinSchedulersTests
{
    private const int Nodes = 200;
    private const int Creators = 8;
    private static readonly TimeSpan Patient = TimeSpan.FromMinutes(5);

    // 1,000, or what is said; before a release 10,000.
    private static readonly int Pods = int.TryParse(Environment.GetEnvironmentVariable("MINIK8S_TWIN_PODS"), out var pods) ? pods : 1_000;

    /// <summary>Both lose replies, and one hears nothing while half of the pods are bound: each pod is given a node once, whatever they believe.</summary>
    [Fact]
    public async Task TwoActing_StaleCacheAndLostReplies_EachPodIsBoundOnce()
    {
        await using var server = await GrpcApiServer.StartAsync(StoreKind.Ours);
        for (var number = 1; number <= Nodes; number++) await server.Nodes.CreateAsync(new() { Object = ANode($"node-{number}") });
        using var stop = new CancellationTokenSource();
        var history = new PodHistory();
        var watching = history.FollowAsync(server.Pods, stop.Token);
        await using var one = await ActingScheduler.StartAsync(server, loseEvery: 3);
        await using var other = await ActingScheduler.StartAsync(server, loseEvery: 4);

        var creating = CreateAsync(server.Pods);
        await history.UntilAsync(Pods / 4);
        other.Freeze();
        await history.UntilAsync(Pods * 3 / 4);
        other.Thaw();
        await creating;
        await history.UntilAsync(Pods);
        await stop.CancelAsync();
        await watching;
        // Each notes a binding when it is told of it; the watch may have been told before.
        await Patience.UntilAsync(() => one.Bound.Count + other.Bound.Count >= Pods, "the note of the last binding");

        Assert.Empty(history.Moved);
        var taken = one.Bound.Concat(other.Bound).ToList();
        Assert.Equal(Pods, taken.Count);
        Assert.Equal(Pods, taken.DistinctBy(binding => binding.Uid).Count());
        Assert.All(taken, binding => Assert.Equal(binding.Node, history.Nodes[binding.Uid]));
        Assert.True(one.Lost > 0 && other.Lost > 0, "no reply was lost");
        Assert.True(one.Refused + other.Refused > 0, "neither was refused: they were not in each other's way");
    }

    private static async Task CreateAsync(Pods.PodsClient pods) => await Task.WhenAll(Enumerable.Range(0, Creators).Select(creator => Task.Run(async () =>
    {
        for (var number = creator; number < Pods; number += Creators)
            await pods.CreateAsync(new() { Namespace = "default", Object = APod($"pod-{number}") });
    })));

    // Nobody says that the nodes are ready.
    private static Pod APod(string name) => new()
    {
        Metadata = new ObjectMeta { Namespace = "default", Name = name },
        Spec = new PodSpec { Containers = { new Container { Name = "main", Image = "registry.k8s.io/pause:3.9" } }, Tolerations = { new Toleration { Operator = "Exists" } } },
    };

    private static Node ANode(string name) => new()
    {
        Metadata = new ObjectMeta { Name = name, Labels = { ["kubernetes.io/hostname"] = name } },
        Spec = new NodeSpec(),
        Status = new NodeStatus { Allocatable = { ["cpu"] = "64", ["memory"] = "256Gi", ["pods"] = "110" } },
    };

    /// <summary>Where the pods are, by one watch from the beginning.</summary>
    private sealed class PodHistory
    {
        private readonly Lock _lock = new();     // guards all below
        private readonly Dictionary<string, string> _nodes = [];
        private readonly List<string> _moved = [];
        private readonly List<(int Pods, TaskCompletionSource Reached)> _waits = [];

        public IReadOnlyDictionary<string, string> Nodes
        {
            get { lock (_lock) return new Dictionary<string, string>(_nodes); }
        }

        public IReadOnlyList<string> Moved
        {
            get { lock (_lock) return [.. _moved]; }
        }

        public async Task FollowAsync(Pods.PodsClient pods, CancellationToken stop)
        {
            try
            {
                using var watch = pods.Watch(new() { Options = new ListOptions { ResourceVersion = "0" } }, cancellationToken: stop);
                await foreach (var change in watch.ResponseStream.ReadAllAsync(stop)) See(change.Object);
            }
            catch (RpcException) when (stop.IsCancellationRequested)
            {
                // Seen enough.
            }
        }

        /// <summary>Returns once so many pods have a node.</summary>
        public async Task UntilAsync(int count)
        {
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (_lock)
            {
                if (_nodes.Count >= count) return;
                _waits.Add((count, reached));
            }
            await reached.Task.WaitAsync(Patient);
        }

        private void See(Pod pod)
        {
            lock (_lock)
            {
                var (uid, node) = (pod.Metadata.Uid, pod.Spec.NodeName);
                if (_nodes.TryGetValue(uid, out var before))
                {
                    if (before != node) _moved.Add($"{pod.Metadata.Name}: {before} to '{node}'");
                    return;
                }
                if (node.Length == 0) return;
                _nodes.Add(uid, node);
                foreach (var wait in _waits.Where(wait => wait.Pods <= _nodes.Count)) wait.Reached.TrySetResult();
            }
        }
    }
}
