using System.Text.Json.Nodes;

using Microsoft.Extensions.Logging.Abstractions;

using MiniK8s.Client.Informers;
using MiniK8s.Client.Reflection;
using MiniK8s.Client.Resources;
using MiniK8s.Client.Tests.Fakes;
using MiniK8s.ControllerManager.TaintEviction;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Protocol.V1;

namespace MiniK8s.ControllerManager.Tests.TaintEviction;

public sealed class TaintEvictionTests
{
    private const string Evicted = "Normal TaintManagerEviction Pod/a: Marking for deletion Pod shop/a";
    private const string Cancelled = "Normal TaintManagerEviction Pod/a: Cancelling deletion of Pod shop/a";
    private static readonly string[] Deletion = ["patch Pod shop/a status", "delete Pod shop/a"];
    private static readonly ObjectKey Key = new("shop", "a");

    private readonly Controllers _made = new();
    private readonly TaintEvictionController _controller;

    public TaintEvictionTests() => _controller = new TaintEvictionController(
        _made.Informers, _made.Api, _made.Events, _made.Time, NullLoggerFactory.Instance);

    [Fact]
    public async Task Reconcile_TaintThatIsNotTolerated_SaysWhyAndDeletes()
    {
        _made.Known(Node("a"));
        _made.Known(A.Pod("a", "10.1.0.1"));

        Assert.Null(await ReconcileAsync());

        Assert.Equal(Deletion, _made.TakeWrites());
        Assert.Equal([Evicted], TakeEvents());
        var (name, subresource, document) = Assert.Single(_made.Api.Patches);
        Assert.Equal(("a", "status"), (name, subresource));
        var expected = JsonNode.Parse("""
            {"metadata":{"uid":"uid-a"},"status":{"conditions":[{"type":"DisruptionTarget","status":"True","reason":"DeletionByTaintManager",
             "message":"Taint manager: deleting due to NoExecute taint","lastTransitionTime":"2030-01-01T12:00:00Z"}]}}
            """);
        Assert.True(JsonNode.DeepEquals(expected, JsonNode.Parse(document)), document);
    }

    [Fact]
    public async Task Reconcile_ToldToGoAndStillThere_IsNotToldAgain()
    {
        _made.Known(Node("a"));
        var pod = _made.Known(A.Pod("a", "10.1.0.1"));
        await ReconcileAsync();
        _made.Known(pod);
        _made.TakeWrites();

        Assert.Null(await ReconcileAsync());

        Assert.Empty(_made.TakeWrites());
        Assert.Equal([Evicted], TakeEvents());
    }

    [Fact]
    public async Task Reconcile_ToleratedForAWhile_WaitsThatLong()
    {
        _made.Known(Node("a"));
        _made.Known(Tolerating(5));

        Assert.Equal(TimeSpan.FromSeconds(5), await ReconcileAsync());
        Assert.Equal(TimeSpan.FromMilliseconds(1), await ReconcileAfterAsync(4_999));
        Assert.Empty(_made.TakeWrites());
        Assert.Empty(TakeEvents());
        Assert.Null(await ReconcileAfterAsync(1));

        Assert.Equal(Deletion, _made.TakeWrites());
        Assert.Equal([Evicted], TakeEvents());
    }

    [Fact]
    public async Task Reconcile_AnotherTaintInPlaceOfTheFirst_GivesNoNewSeconds()
    {
        _made.Known(Node("not-ready"));
        var pod = A.Pod("a", "10.1.0.1");
        pod.Spec.Tolerations.Add([For("not-ready", 5), For("unreachable", 5)]);
        _made.Known(pod);
        await ReconcileAsync();

        _made.Known(Node("unreachable"));

        Assert.Equal(TimeSpan.FromSeconds(2), await ReconcileAfterAsync(3_000));
    }

    [Fact]
    public async Task Reconcile_TaintGoneInTime_SaysSoAndLeavesThePod()
    {
        _made.Known(Node("a"));
        _made.Known(Tolerating(5));
        await ReconcileAsync();
        _made.Known(Node());

        Assert.Null(await ReconcileAfterAsync(4_000));
        Assert.Null(await ReconcileAfterAsync(10_000));

        Assert.Empty(_made.TakeWrites());
        Assert.Equal([Cancelled], TakeEvents());
    }

    [Fact]
    public async Task Reconcile_TaintGoneAndBack_GivesTheSecondsAnew()
    {
        _made.Known(Node("a"));
        _made.Known(Tolerating(5));
        await ReconcileAsync();
        _made.Known(Node());
        await ReconcileAfterAsync(4_000);
        _made.Known(Node("a"));

        Assert.Equal(TimeSpan.FromSeconds(5), await ReconcileAfterAsync(1_000));
    }

    [Fact]
    public async Task Reconcile_ToleratedForYears_LooksAgainEachDay()
    {
        _made.Known(Node("a"));
        _made.Known(Tolerating(int.MaxValue));

        Assert.Equal(TimeSpan.FromDays(1), await ReconcileAsync());
    }

    [Fact]
    public async Task Reconcile_PodWithoutANode_IsLeftAlone()
    {
        _made.Known(Node("a"));
        _made.Known(A.Pod("a", "")).Spec.NodeName = "";

        Assert.Null(await ReconcileAsync());

        Assert.Empty(_made.TakeWrites());
    }

    [Fact]
    public async Task Reconcile_ServerRefusesFiveTimes_IsTriedAgainByTheQueue()
    {
        var refusals = 0;
        _made.Api.Refuse = write => write.StartsWith("delete", StringComparison.Ordinal) && ++refusals <= 5 ? FakeApiClient.Refusal(503, "ServiceUnavailable") : null;
        _made.Known(Node("a"));
        _made.Known(A.Pod("a", "10.1.0.1"));

        var reconcile = _controller.ReconcileAsync(Key, CancellationToken.None);
        for (var attempt = 1; attempt <= 4; attempt++)
        {
            await _made.Time.WaitForTimersAsync(1);
            _made.Time.AdvanceToNextTimer();
        }
        await Assert.ThrowsAsync<Api.Errors.ApiException>(() => reconcile.OrMissing("the fifth attempt"));
        _made.TakeWrites();
        await ReconcileAsync();

        Assert.Equal(Deletion, _made.TakeWrites());
        Assert.Equal([Evicted, Evicted], TakeEvents());
    }

    /// <summary>Through the watches: what wakes the controller, and what does not.</summary>
    [Fact]
    public async Task Run_NodeIsTaintedAndPodsChange_EachPodGoesAtItsTime()
    {
        using var stop = new CancellationTokenSource();
        var running = Task.WhenAll(_made.Informers.RunAsync(stop.Token), _controller.RunAsync(stop.Token));
        await TellAsync(Node("a/NoSchedule"));
        foreach (var pod in (Pod[])[A.Pod("now", "10.1.0.1"), Named("later", For("a", 5)), Named("never", For("a", null)), Named("recanting", For("a", null))]) await TellAsync(pod);

        await TellAsync(Node("a"));
        Assert.Equal(["patch Pod shop/now status", "delete Pod shop/now"], await NextWritesAsync());
        // Both watches, which wait for another try, and the queue.
        await _made.Time.WaitForTimersAsync(3);
        _made.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(["patch Pod shop/later status", "delete Pod shop/later"], await NextWritesAsync());
        await TellAsync(Named("recanting", For("b", null)));
        Assert.Equal(["patch Pod shop/recanting status", "delete Pod shop/recanting"], await NextWritesAsync());
        await TellAsync(A.Pod("new", "10.1.0.9"));
        Assert.Equal(["patch Pod shop/new status", "delete Pod shop/new"], await NextWritesAsync());

        await stop.CancelAsync();
        await running.OrMissing("the controller's end");
        Assert.Empty(_made.TakeWrites());
    }

    private async Task<string[]> NextWritesAsync() =>
        [await _made.Api.Writes.Reader.ReadAsync().AsTask().OrMissing("the condition"), await _made.Api.Writes.Reader.ReadAsync().AsTask().OrMissing("the deletion")];

    private async Task TellAsync<T>(T obj)
        where T : class, IApiObject
    {
        _made.Api.Put(obj);
        IReflectorSink<T> watch = _made.Informers.Of<T>();
        await watch.ApplyAsync(new WatchChange<T>(WatchEventType.Modified, obj), CancellationToken.None);
    }

    private Task<TimeSpan?> ReconcileAfterAsync(int milliseconds)
    {
        _made.Time.Advance(TimeSpan.FromMilliseconds(milliseconds));
        return ReconcileAsync();
    }

    private async Task<TimeSpan?> ReconcileAsync() => (await _controller.ReconcileAsync(Key, CancellationToken.None)).After;

    private IReadOnlyList<string> TakeEvents()
    {
        var events = new List<string>();
        while (_made.Events.Recorded.Reader.TryRead(out var recorded)) events.Add(recorded);
        return events;
    }

    private static Pod Tolerating(int seconds) => Named("a", For("a", seconds));

    private static Pod Named(string name, Toleration toleration)
    {
        var pod = A.Pod(name, "10.1.0.1");
        pod.Spec.Tolerations.Add(toleration);
        return pod;
    }

    private static Toleration For(string key, int? seconds)
    {
        var toleration = new Toleration { Key = key, Operator = "Exists", Effect = "NoExecute" };
        if (seconds is { } limit) toleration.TolerationSeconds = limit;
        return toleration;
    }

    private static Node Node(params string[] taints) => new()
    {
        Metadata = new ObjectMeta { Name = "n1", Uid = "uid-n1" },
        Spec = new NodeSpec { Taints = { taints.Select(taint => new Taint { Key = taint.Split('/')[0], Effect = taint.Contains('/') ? taint.Split('/')[1] : "NoExecute" }) } },
    };
}
