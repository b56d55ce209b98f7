using Microsoft.Extensions.Logging.Abstractions;

using MiniK8s.ControllerManager.PodGarbage;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ControllerManager.Tests.PodGarbage;

public sealed class PodGarbageTests
{
    private readonly Controllers _made = new();
    private readonly PodGarbageController _controller;

    public PodGarbageTests() => _controller = new PodGarbageController(
        _made.Informers, _made.Api, _made.Time, NullLogger<PodGarbageController>.Instance);

    [Fact]
    public async Task Pass_NodeGone_RemovesItsPodsAfterTheQuarantine()
    {
        _made.Known(A.Pod("a", "10.1.0.1"));
        Assert.Empty(await PassAfterAsync(0));
        Assert.Empty(await PassAfterAsync(39));

        Assert.Equal(["patch Pod shop/a status", "delete Pod shop/a"], await PassAfterAsync(1));

        var (_, _, document) = Assert.Single(_made.Api.Patches);
        Assert.Contains("\"reason\":\"DeletionByPodGC\",\"message\":\"PodGC: node no longer exists\"", document);
    }

    [Fact]
    public async Task Pass_ServerStillKnowsTheNode_LeavesThePods()
    {
        _made.Known(A.Pod("a", "10.1.0.1"));
        _made.Api.Put(new Node { Metadata = new ObjectMeta { Name = "n1" } });
        await PassAfterAsync(0);

        Assert.Empty(await PassAfterAsync(60));
    }

    [Fact]
    public async Task Pass_DeletedBeforeItHadANode_IsRemovedAtOnce()
    {
        _made.Known(A.Pod("a", "", deleting: true)).Spec.NodeName = "";

        Assert.Equal(["patch Pod shop/a status", "delete Pod shop/a"], await PassAfterAsync(0));
    }

    [Fact]
    public void Surplus_TooManyEnded_TakesEvictedThenOldest()
    {
        var evicted = Ended("evicted", 30);
        evicted.Status.Reason = "Evicted";

        var surplus = PodGarbageController.Surplus(
            [Ended("young", 20), Ended("old", 10), evicted, A.Pod("running", "10.1.0.1")], most: 1);

        Assert.Equal(["evicted", "old"], surplus.Select(pod => pod.Metadata.Name));
    }

    private static Pod Ended(string name, long created)
    {
        var pod = A.Pod(name, "", phase: "Failed");
        pod.Metadata.CreationTimestamp = new() { Seconds = created };
        return pod;
    }

    private async Task<IReadOnlyList<string>> PassAfterAsync(int seconds)
    {
        _made.Time.Advance(TimeSpan.FromSeconds(seconds));
        await _controller.PassAsync(CancellationToken.None);
        _made.CatchUp<Pod>();
        return _made.TakeWrites();
    }
}
