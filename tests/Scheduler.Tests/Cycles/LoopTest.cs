using MiniK8s.Client.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Queue;
using MiniK8s.Scheduler.Tests.Fakes;

namespace MiniK8s.Scheduler.Tests.Cycles;

/// <summary>A test of the running loop over a server that takes writes and changes nothing. Watch events come only from the test.</summary>
public abstract class LoopTest : IAsyncLifetime
{
    private protected LoopTest(params IPlugin[] more) => Rig = new SchedulerRig(Api, more: more);

    private protected FakeApiClient Api { get; } = new();

    private protected SchedulerRig Rig { get; }

    private protected ManualTimeProvider Time => Rig.Time;

    private protected SchedulingQueue Queue => Rig.Queue;

    private protected ClusterFeed Feed => Rig.Feed;

    public Task InitializeAsync() => Rig.StartAsync();

    public Task DisposeAsync() => Rig.DisposeAsync().AsTask();

    private protected void Arrive(Pod pod)
    {
        Api.Put(pod);
        Feed.OnAdd(pod);
    }

    private protected async Task<string> WriteAsync() => await Api.Writes.Reader.ReadAsync().AsTask().OrMissing("a write");

    private protected Task<string> EventAsync() => Rig.EventAsync();
}
