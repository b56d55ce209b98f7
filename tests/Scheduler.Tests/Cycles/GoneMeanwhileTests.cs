using MiniK8s.Client.Informers;
using MiniK8s.Client.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Tests.Cycles;

/// <summary>What is heard of a pod while it is being tried: a plugin has the watch tell it in the middle of the attempt, as no test could time it.</summary>
public sealed class GoneMeanwhileTests : LoopTest
{
    private readonly Meanwhile _meanwhile;

    public GoneMeanwhileTests()
        : this(new Meanwhile())
    {
    }

    private GoneMeanwhileTests(Meanwhile meanwhile)
        : base(meanwhile)
    {
        _meanwhile = meanwhile;
        Feed.OnAdd(A.Node("n1", cpu: "4"));
    }

    [Fact]
    public async Task Delete_PodThatIsAboutToWait_DoesNotKeepTheRoom()
    {
        var pod = A.Pod("gone").Cpu("3").Label("permit", "later");
        _meanwhile.InFilter = () => Feed.OnDelete(pod);

        Arrive(pod);
        await UntilTriedAsync(pod);
        await Patience.UntilAsync(() => Rig.Waiting.All.Count == 0 && Assert.Single(Rig.Nodes()).Requested.MilliCpu == 0, "the room given back");
        Arrive(A.Pod("next").Cpu("4"));

        await AssertNextIsBoundAsync();
    }

    [Fact]
    public async Task Delete_PodThatIsAboutToPreempt_EvictsNobodyAndKeepsNoRoom()
    {
        Feed.OnAdd(Api.Put(A.Pod("low").Cpu("4").OnNode("n1")));
        var pod = A.Pod("gone").Cpu("3").Priority(10);
        _meanwhile.InFilter = () => Feed.OnDelete(pod);

        Arrive(pod);
        Feed.OnAdd(A.Node("n2", cpu: "1"));
        Arrive(A.Pod("next").Cpu("1"));

        await AssertNextIsBoundAsync("n2");
        Assert.True(Rig.Nominated.IsEmpty);
        Assert.Empty(Api.Deletions);
    }

    [Fact]
    public async Task Hear_PodThatIsBeingTriedHasANode_NothingIsSaidOfIt()
    {
        var pod = A.Pod("taken").Cpu("1");
        _meanwhile.InFilter = () => Feed.OnUpdate(pod, pod.Clone().OnNode("n1"));

        Arrive(pod);
        Arrive(A.Pod("next").Cpu("1"));

        await AssertNextIsBoundAsync();
        Assert.Equal(2000, Assert.Single(Rig.Nodes()).Requested.MilliCpu);
    }

    [Fact]
    public async Task Hear_PodWhoseBindingsAnswerIsLostHasANode_NothingIsSaidOfIt()
    {
        var pod = A.Pod("taken").Cpu("1");
        Api.Refuse = write =>
        {
            if (write != "bind default/taken to n1") return null;
            Feed.OnUpdate(pod, pod.Clone().OnNode("n1"));
            return FakeApiClient.Refusal(503, "ServiceUnavailable", "the reply is lost");
        };

        Arrive(pod);
        await UntilTriedAsync(pod);
        Arrive(A.Pod("next").Cpu("1"));

        await AssertNextIsBoundAsync();
        Assert.Equal(2000, Assert.Single(Rig.Nodes()).Requested.MilliCpu);
    }

    private Task UntilTriedAsync(Pod pod) => Patience.UntilAsync(() => Rig.Attempts.Find(ObjectKey.Of(pod))?.Outcome is not null, "the end of the attempt");

    // Workers may come to the two pods in any order: that nothing is written of the first is known when they all are done.
    private async Task AssertNextIsBoundAsync(string node = "n1")
    {
        Assert.Equal($"bind default/next to {node}", await WriteAsync());
        Assert.Equal($"Normal Scheduled Pod/next: Successfully assigned default/next to {node}", await EventAsync());
        await Rig.StopAsync();
        Assert.False(Api.Writes.Reader.TryRead(out _));
        Assert.False(Rig.Events.Recorded.Reader.TryRead(out _));
    }

    private sealed class Meanwhile : IFilterPlugin, IPermitPlugin
    {
        public string Name => "Meanwhile";

        public Action? InFilter { get; set; }

        public Status Filter(CycleState state, PodInfo pod, NodeInfo node)
        {
            // Once.
            (var act, InFilter) = (InFilter, null);
            act?.Invoke();
            return Status.Success;
        }

        public Permission Permit(CycleState state, PodInfo pod, string node) =>
            pod.Pod.Metadata.Labels.ContainsKey("permit") ? Permission.Later(TimeSpan.FromMinutes(1)) : Permission.Granted;
    }
}
