using MiniK8s.Client.Informers;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Queue;
using MiniK8s.Scheduler.Tests.Fakes;

namespace MiniK8s.Scheduler.Tests.Reference;

/// <summary>
/// The whole scheduler over clusters in which Pods and nodes come, change and go, drawn by seed. Of every binding it is checked that each filter of
/// the <see cref="Reference"/> allows it, and at the end that nobody waits for whom there is room.
/// </summary>
public sealed class SequenceTests
{
    // Longer than the longest back-off and shorter than the flush of those that wait, so that only hints wake.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(12);

    [Fact]
    public async Task Run_HundredSequences_BreaksNoFilterAndStarvesNobody()
    {
        var (bound, waiting) = (0, 0);
        for (var seed = 0; seed < 100; seed++)
        {
            await using var play = new Play(seed);
            await play.StartAsync();
            for (var step = 0; step < 60; step++) await play.StepAsync();
            await play.SettleAsync();
            var wrong = play.Faults.Concat(play.Starved(besideExpected: true)).ToList();
            await play.FlushAsync();
            wrong.AddRange(play.Starved(besideExpected: false));
            Assert.True(wrong.Count == 0, $"seed {seed}: {string.Join('\n', wrong)}");
            (bound, waiting) = (bound + play.Bound, waiting + play.Waiting);
        }
        Assert.True(bound > 1000, $"{bound} bindings");
        Assert.True(waiting > 100, $"{waiting} Pods without room at the ends");
    }

    private sealed class Play : IAsyncDisposable
    {
        private readonly Random _random;
        private readonly WorldGenerator _generator;
        private readonly MemoryApi _api = new();
        private readonly SchedulerRig _rig;
        private readonly IReadOnlyList<string> _filters;
        private readonly Dictionary<string, string> _decided = [];     // node by uid
        private readonly CancellationTokenSource _stop = new();
        private readonly Dictionary<string, Node> _nodes = [];
        private Task _telling = Task.CompletedTask;
        private int _lastPod;

        public Play(int seed)
        {
            (_random, _generator) = (new Random(seed), new WorldGenerator(seed));
            _filters = A.DefaultProfile(_api).Plugins.Filters.Select(filter => filter.Name).ToList();
            _rig = new SchedulerRig(_api, seed, more: new Witness(Check));
        }

        public List<string> Faults { get; } = [];

        public int Bound { get; private set; }

        public int Waiting => _api.Pods.Count(pod => pod.Spec.NodeName.Length == 0);

        public async Task StartAsync()
        {
            _telling = _api.RunAsync(_rig.Feed, _stop.Token);
            await _rig.StartAsync();
            foreach (var node in _generator.World().Nodes) SetNode(node);
        }

        // One thing happens. Pods come while others are being tried; what takes away waits until no decision is on its way, and is heard of. So does a node
        // that comes: with it the least of a spread is none, and what was rightly decided without it would look wrong.
        public async Task StepAsync()
        {
            var pods = _api.Pods;
            switch (_random.Next(10))
            {
                case < 5:
                    _api.Add(_generator.Pod($"p{++_lastPod}"));
                    if (_random.Next(3) == 0) return;
                    break;
                case 5 or 6 when pods.Count > 0:
                    await QuietAsync();
                    _api.Remove(ObjectKey.Of(pods[_random.Next(pods.Count)]));
                    break;
                case 7 when _nodes.Count > 0:
                    await QuietAsync();
                    ChangeNode();
                    break;
                case 8 when _nodes.Count < 10:
                    await QuietAsync();
                    var fresh = _generator.World().Nodes[0];
                    fresh.Metadata.Name = $"later-{++_lastPod}";
                    SetNode(fresh);
                    break;
                default:
                    _rig.Time.Advance(Pause);
                    break;
            }
            await QuietAsync();
        }

        // Until nobody waits for the end of a back-off any more: who was removed for another may have to remove a third.
        public async Task SettleAsync()
        {
            await QuietAsync();
            for (var i = 0; _rig.Queue.Count(Pool.Backoff) > 0; i++)
            {
                Assert.True(i < 100, "Pods are tried again and again.");
                _rig.Time.Advance(Pause);
                await QuietAsync();
            }
        }

        // What waits longest is tried whatever has happened.
        public async Task FlushAsync()
        {
            _rig.Time.Advance(TimeSpan.FromMinutes(6));
            await SettleAsync();
        }

        // As in Kubernetes, room for a Pod that preempted stays kept for it until it is tried again, even where it does not fit any more.
        public IEnumerable<string> Starved(bool besideExpected) => _api.Pods.Where(pod => pod.Spec.NodeName.Length == 0)
            .SelectMany(pod => _nodes.Values.Where(node => Breach(pod, node) is null && !(besideExpected && IsExpected(node, pod))).Select(node => $"{pod.Metadata.Name} waits, and {node.Metadata.Name} has room: {pod.Status}; nominated there: {string.Join(", ", _rig.Nominated.On(node.Metadata.Name))}"));

        private bool IsExpected(Node node, Pod pod) =>
            _rig.Nominated.On(node.Metadata.Name).Any(other => other.Uid != pod.Metadata.Uid && other.Priority >= pod.Spec.Priority);

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _telling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _rig.DisposeAsync();
            _stop.Dispose();
        }

        private void SetNode(Node node)
        {
            var old = _nodes.GetValueOrDefault(node.Metadata.Name);
            _nodes[node.Metadata.Name] = node;
            if (old is null) _api.Add(node);
            else _api.Change(old, node);
        }

        private void ChangeNode()
        {
            var node = _nodes.Values.ElementAt(_random.Next(_nodes.Count)).Clone();
            switch (_random.Next(4))
            {
                case 0:
                    node.Spec.Unschedulable = !node.Spec.Unschedulable;
                    break;
                case 1:
                    node.Spec.Taints.Clear();
                    break;
                case 2:
                    node.Metadata.Labels["disk"] = _random.Next(2) == 0 ? "ssd" : "hdd";
                    break;
                default:
                    node.Status.Allocatable["cpu"] = $"{_random.Next(1, 9)}";
                    break;
            }
            SetNode(node);
        }

        // In the order of the decisions: what was decided before stands, bound or not.
        private void Check(Pod pod, string node)
        {
            Bound++;
            if (Breach(pod, _nodes[node]) is { } filter) Faults.Add($"{pod.Metadata.Name} to {node}, against {filter}");
            _decided.Add(pod.Metadata.Uid, node);
        }

        private string? Breach(Pod pod, Node node)
        {
            var placed = _api.Pods.Where(other => _decided.ContainsKey(other.Metadata.Uid)).Select(other => other.Clone().OnNode(_decided[other.Metadata.Uid]));
            var world = new World([.. _nodes.Values], [.. placed]);
            return _filters.FirstOrDefault(name => !Reference.Filters[name](world, pod, node));
        }

        // Nothing is tried or written any more.
        private Task QuietAsync() => _rig.QuietAsync(_api, Pool.Active, Pool.InFlight, Pool.Binding);
    }

    // Sees each decision as it is made, on the loop.
    private sealed class Witness(Action<Pod, string> see) : IReservePlugin
    {
        public string Name => nameof(Witness);

        public Status Reserve(CycleState state, PodInfo pod, string node)
        {
            see(pod.Pod, node);
            return Status.Success;
        }

        public void Unreserve(CycleState state, PodInfo pod, string node)
        {
        }
    }
}
