using MiniK8s.Client.Informers;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Queue;
using MiniK8s.Scheduler.Tests.Fakes;

namespace MiniK8s.Scheduler.Tests.Reference;

/// <summary>
/// The whole scheduler, attempt by attempt, over clusters in which Pods of random priorities and nodes come, change and go: of the Pods that could
/// be tried, always one of the highest priority is, of these the one that has waited longest; and at the end nobody waits for whom there is room.
/// </summary>
public sealed class PriorityOrderTests
{
    [Fact]
    public async Task Run_HundredSequences_TriesTheHighestPriorityFirstAndStarvesNobody()
    {
        var (choices, waiting) = (0, 0);
        for (var seed = 0; seed < 100; seed++)
        {
            await using var play = new Play(seed);
            await play.StartAsync();
            for (var step = 0; step < 40; step++) await play.StepAsync();
            await play.FinishAsync();
            var wrong = play.Faults.Concat(play.Starved()).ToList();
            Assert.True(wrong.Count == 0, $"seed {seed}: {string.Join('\n', wrong)}");
            (choices, waiting) = (choices + play.Choices, waiting + play.Waiting);
        }
        Assert.True(choices > 1000, $"{choices} attempts at one Pod before another");
        Assert.True(waiting > 100, $"{waiting} Pods without room at the ends");
    }

    private sealed class Play : IAsyncDisposable
    {
        private readonly Random _random;
        private readonly MemoryApi _api = new();
        private readonly SchedulerRig _rig;
        private readonly CancellationTokenSource _stop = new();
        private readonly Dictionary<string, Node> _nodes = [];
        private readonly Dictionary<string, int> _arrivals = [];     // by name
        private Task _telling = Task.CompletedTask;

        public Play(int seed) => (_random, _rig) = (new Random(seed), new SchedulerRig(_api, seed));

        public List<string> Faults { get; } = [];

        /// <summary>Attempts before which there was a choice.</summary>
        public int Choices { get; private set; }

        public int Waiting => _api.Pods.Count(pod => pod.Spec.NodeName.Length == 0);

        public async Task StartAsync()
        {
            _telling = _api.RunAsync(_rig.Feed, _stop.Token);
            await _rig.StartAsync(withLoop: false);
            for (var i = 0; i < 3; i++) AddNode();
        }

        // Something happens, and some of the Pods that could be tried are.
        public async Task StepAsync()
        {
            switch (_random.Next(8))
            {
                case < 4:
                    for (var i = _random.Next(1, 4); i > 0; i--) AddPod();
                    break;
                case 4 when _api.Pods is { Count: > 0 } pods:
                    _api.Remove(ObjectKey.Of(pods[_random.Next(pods.Count)]));
                    break;
                case 5 when _nodes.Count < 6:
                    AddNode();
                    break;
                case 6:
                    ChangeNode();
                    break;
                default:
                    await QuietAsync();
                    _rig.Time.Advance(TimeSpan.FromSeconds(_random.Next(1, 12)));
                    break;
            }
            for (var i = _random.Next(4); i > 0 && await TryNextAsync(); i--) await PassAsync();
        }

        // Until nobody can be tried any more, those that wait longest included: who was removed for another may have to remove a third.
        public async Task FinishAsync()
        {
            for (var round = 0; round < 2; round++)
            {
                for (var i = 0; i < 1000 && (await TryNextAsync() || _rig.Queue.Count(Pool.Backoff) > 0); i++) await PassAsync(seconds: 1);
                Assert.Equal(0, _rig.Queue.Count(Pool.Active, Pool.Backoff));
                if (round == 0) _rig.Time.Advance(TimeSpan.FromMinutes(6));
            }
        }

        public IEnumerable<string> Starved() => _api.Pods.Where(pod => pod.Spec.NodeName.Length == 0)
            .SelectMany(pod => _nodes.Values.Where(node => FreeOn(node) >= CpuOf(pod)).Select(node => $"{pod.Metadata.Name} waits, and {node.Metadata.Name} has room"));

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _telling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _rig.DisposeAsync();
            _stop.Dispose();
        }

        private static long CpuOf(Pod pod) => pod.Info().Requests.MilliCpu;

        private long FreeOn(Node node) =>
            node.Info().Allocatable.MilliCpu - _api.Pods.Where(pod => pod.Spec.NodeName == node.Metadata.Name).Sum(CpuOf);

        private void AddPod()
        {
            var name = $"p{_arrivals.Count}";
            _arrivals.Add(name, _arrivals.Count);
            _api.Add(A.Pod(name).Cpu($"{_random.Next(1, 5)}").Priority(_random.Next(-1, 4)));
        }

        private void AddNode()
        {
            var node = A.Node($"n{_nodes.Count}", cpu: $"{_random.Next(2, 7)}");
            _nodes.Add(node.Metadata.Name, node);
            _api.Add(node);
        }

        private void ChangeNode()
        {
            var old = _nodes.Values.ElementAt(_random.Next(_nodes.Count));
            var node = old.Clone();
            node.Status.Allocatable["cpu"] = $"{_random.Next(2, 9)}";
            _nodes[node.Metadata.Name] = node;
            _api.Change(old, node);
        }

        // What the queue says of each Pod, put in order by the rule and not by the queue.
        private async Task<bool> TryNextAsync()
        {
            await QuietAsync();
            var active = _api.Pods.Select(pod => _rig.Queue.Find(ObjectKey.Of(pod))).OfType<PodInQueue>().Where(place => place.Pool == Pool.Active).ToList();
            var first = active.OrderByDescending(place => place.Pod.Pod.Spec.Priority).ThenBy(place => place.Since).ThenBy(place => _arrivals[place.Pod.Key.Name]).FirstOrDefault();
            if (!_rig.Queue.TryTake(out var taken))
            {
                if (first is not null) Faults.Add($"Nobody is tried, and {first.Pod.Key.Name} could be.");
                return false;
            }
            if (active.Count > 1) Choices++;
            if (taken.Pod.Uid != first?.Pod.Uid) Faults.Add($"{taken.Pod.Key.Name} is tried before {first?.Pod.Key.Name}: {string.Join(", ", active.Select(place => $"{place.Pod.Key.Name} {place.Pod.Priority} {place.Since:T}"))}");
            await _rig.Loop.StepAsync(taken, _stop.Token);
            return true;
        }

        private async Task PassAsync(int seconds = 0)
        {
            await QuietAsync();
            _rig.Time.Advance(seconds > 0 ? TimeSpan.FromSeconds(seconds) : TimeSpan.FromMilliseconds(_random.Next(3)));
        }

        // Nothing is written, and all that has changed is heard of.
        private Task QuietAsync() => _rig.QuietAsync(_api, Pool.InFlight, Pool.Binding);
    }
}
