using MiniK8s.Kubelet.Containers;
using MiniK8s.Kubelet.Hooks;
using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Tests.Fakes;
using MiniK8s.Kubelet.Tests.Model;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Tests.PodWorkers;

/// <summary>
/// The order of stop signals for every set of running containers and every order in which they end: mains at once, a sidecar when no main
/// and no sidecar after it is left, and everybody at the end of the grace.
/// </summary>
public sealed class PodStopperTruthTableTests
{
    private static readonly string[] Names = ["c0", "c1", "s0", "s1", "s2"];

    public static TheoryData<string> Subsets => [.. Enumerable.Range(1, 31).Select(bits => string.Join(' ', Names.Where((_, i) => (bits & (1 << i)) != 0)))];

    [Theory]
    [MemberData(nameof(Subsets))]
    public void StopAsync_ContainersEndInAnyOrder_EachSignalComesInItsTurn(string running)
    {
        foreach (var order in Orders(running.Split(' ')))
        {
            using var stop = new Stop(running.Split(' '));
            var alive = running.Split(' ').ToList();
            foreach (var next in order)
            {
                foreach (var name in alive) Assert.True(stop.IsSignalled(name) == IsItsTurn(name, alive), $"{name} in {string.Join(' ', alive)}, to end as {string.Join(' ', order)}");
                stop.Exit(next);
                alive.Remove(next);
            }
            Assert.True(stop.IsOver, $"ended as {string.Join(' ', order)}");
        }
    }

    [Theory]
    [MemberData(nameof(Subsets))]
    public void StopAsync_NobodyEnds_AllAreSignalledAtTheEndOfTheGraceAndKilledInTime(string running)
    {
        using var stop = new Stop(running.Split(' '));
        var first = running.Split(' ').Where(name => IsItsTurn(name, [.. running.Split(' ')])).ToList();

        stop.Pass(29);
        Assert.Equal(first, running.Split(' ').Where(stop.IsSignalled));
        stop.Pass(1);

        // Who was signalled in time has had the whole grace; the others get their two seconds.
        Assert.All(running.Split(' '), name => Assert.True(stop.IsSignalled(name)));
        Assert.Equal(running.Split(' ').Except(first), stop.Running);
        stop.Pass(2);
        Assert.Empty(stop.Running);
        Assert.True(stop.IsOver);
    }

    private static bool IsItsTurn(string name, List<string> alive) => name switch
    {
        "s0" => !alive.Exists(other => other is "c0" or "c1" or "s1" or "s2"),
        "s1" => !alive.Exists(other => other is "c0" or "c1" or "s2"),
        "s2" => !alive.Exists(other => other is "c0" or "c1"),
        _ => true,
    };

    private static IEnumerable<string[]> Orders(string[] names) => names.Length == 0
        ? [[]]
        : names.SelectMany(first => Orders([.. names.Where(name => name != first)]).Select(rest => (string[])[first, .. rest]));

    /// <summary>A stop with a grace of 30 s whose containers end only when the test, or the kill, ends them.</summary>
    private sealed class Stop : IDisposable
    {
        private readonly Pump _pump = new();
        private readonly ManualTimeProvider _time = new();
        private readonly HashSet<string> _signalled = [];
        private readonly ModelRuntime _runtime;
        private readonly SynchronizationContext? _before = SynchronizationContext.Current;
        private readonly Task _run;

        public Stop(string[] running)
        {
            SynchronizationContext.SetSynchronizationContext(_pump);
            _runtime = new ModelRuntime(_time, new Stubborn(), entry =>
            {
                if (entry is TraceEntry.Signalled signalled) _signalled.Add(signalled.Container);
            });
            var pod = A.Pod(A.Container("c0"), A.Container("c1")).Init(A.Sidecar("s0"), A.Sidecar("s1"), A.Sidecar("s2"));
            var stopper = new ContainerStopper(_runtime, new HookRunner(_runtime, null!, _time), new NoEvents());
            _run = RunAsync(pod, running, new PodStopper(_runtime, stopper));
            _pump.Run(() => null);
        }

        public bool IsOver => _run.IsCompletedSuccessfully;

        public IEnumerable<string> Running => Names.Where(name => _runtime.Running.Any(i => i.Status.Name == name));

        public bool IsSignalled(string name) => _signalled.Contains(name);

        public void Exit(string name)
        {
            _runtime.Exit(_runtime.Newest(A.Uid, name)!, 0);
            _pump.Run(() => null);
        }

        public void Pass(int seconds)
        {
            for (; seconds > 0; seconds--)
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                _pump.Run(() => null);
            }
        }

        public void Dispose() => SynchronizationContext.SetSynchronizationContext(_before);

        private async Task RunAsync(Pod pod, string[] running, PodStopper stopper)
        {
            var sandbox = await _runtime.RunPodSandboxAsync(new PodSandboxConfig { Name = "p", Namespace = "ns", Uid = A.Uid }, CancellationToken.None);
            foreach (var name in running)
            {
                await _runtime.StartContainerAsync(await _runtime.CreateContainerAsync(sandbox, new ContainerConfig { Name = name, Image = "app:1" }, CancellationToken.None), CancellationToken.None);
            }
            using var deadline = new StopDeadline(TimeSpan.FromSeconds(30), _time);
            await stopper.StopAsync(pod, await RuntimePod.ObserveAsync(_runtime, pod, CancellationToken.None), deadline, CancellationToken.None);
        }
    }

    private sealed class Stubborn : ModelScript
    {
        public override (int Seconds, int Code)? AtStop(ModelRuntime.Instance instance) => null;
    }

    private sealed class NoEvents : IPodEvents
    {
        public void Record(Pod pod, string type, string reason, string message, string? container = null) { }
    }
}
