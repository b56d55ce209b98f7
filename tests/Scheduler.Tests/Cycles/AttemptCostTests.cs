using MiniK8s.Client.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Cache;
using MiniK8s.Scheduler.Cycles;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Tests.Cycles;

/// <summary>An attempt at a pod that asks nothing of others costs the same however many there are.</summary>
public sealed class AttemptCostTests
{
    private const int Nodes = 200;

    private readonly Profile _profile = A.DefaultProfile(new FakeApiClient());
    private readonly SchedulerCache _cache = new();
    private readonly Snapshot _snapshot = new([]);

    public AttemptCostTests()
    {
        for (var i = 0; i < Nodes; i++) _cache.SetNode(A.Node($"n{i}", cpu: "100"));
    }

    [Fact]
    public void Decide_MorePodsInTheCluster_TakesNoMoreMemory()
    {
        var few = Allocated();
        for (var i = 0; i < 50 * Nodes; i++) _cache.SetPod(Placed(i).Info());

        Assert.InRange(Allocated(), 0, few);
    }

    // Pods that have lost what is said in them: whoever looks at one finds out.
    [Fact]
    public void Decide_PlainPod_AsksNothingOfThePodsThatAreThere()
    {
        var pods = Enumerable.Range(0, 5 * Nodes).Select(Placed).ToList();
        foreach (var pod in pods) _cache.SetPod(pod.Info());
        foreach (var pod in pods) (pod.Metadata, pod.Spec, pod.Status) = (null, null, null);
        _cache.Refresh(_snapshot);

        Assert.IsType<Decision.Place>(Decide(A.Pod().Cpu("100m"), new Random(1)));
    }

    [Fact]
    public void Refresh_AfterOneBinding_TakesNoMoreMemoryWithMorePods()
    {
        var few = AllocatedByRefresh("few");
        for (var i = 0; i < 5 * Nodes; i++) _cache.SetPod(Placed(i).Info());
        _cache.Refresh(_snapshot);

        Assert.InRange(AllocatedByRefresh("many"), 0, few);
    }

    private static Pod Placed(int number) => A.Pod($"p{number}").Cpu("10m").OnNode($"n{number % Nodes}");

    private Decision Decide(Pod pod, Random random) => new SchedulingCycle(random).Decide(_profile, new CycleState(), pod.Info(), _snapshot);

    // Of several rounds the least counts, for the runtime may take some for itself, and the first fills what is kept from cycle to cycle. It may be less
    // later: code that the runtime has compiled anew meanwhile keeps more on the stack.
    private long Allocated()
    {
        _cache.Refresh(_snapshot);
        var least = long.MaxValue;
        for (var round = 0; round < 10; round++)
        {
            var (cycle, state, pod) = (new SchedulingCycle(new Random(1)), new CycleState(), A.Pod().Cpu("100m").Info());
            var before = GC.GetAllocatedBytesForCurrentThread();
            cycle.Decide(_profile, state, pod, _snapshot);
            least = long.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        return least;
    }

    private long AllocatedByRefresh(string name)
    {
        var least = long.MaxValue;
        for (var round = 0; round < 10; round++)
        {
            _cache.SetPod(A.Pod($"{name}-{round}").Cpu("10m").OnNode("n7").Info());
            var before = GC.GetAllocatedBytesForCurrentThread();
            _cache.Refresh(_snapshot);
            least = long.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        return least;
    }
}
