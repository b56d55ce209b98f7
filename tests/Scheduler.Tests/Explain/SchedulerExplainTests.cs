using System.Net;

using Google.Protobuf.WellKnownTypes;

using Grpc.Core;
using Grpc.Net.Client;

using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

using MiniK8s.Client.Tests.Fakes;
using MiniK8s.Hosting;
using MiniK8s.Hosting.Ports;
using MiniK8s.Protocol.Reflection.V1;
using MiniK8s.Protocol.V1;
using MiniK8s.Scheduler.Cycles;
using MiniK8s.Scheduler.Explain;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Queue;

using Pod = MiniK8s.Protocol.Core.V1.Pod;
using StatusCode = Grpc.Core.StatusCode;

namespace MiniK8s.Scheduler.Tests.Explain;

/// <summary>The service over a real port, as grpcurl meets it; queue, cycle and log are moved by hand.</summary>
public sealed class SchedulerExplainTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly ManualTimeProvider _time = new(Noon);
    private readonly SchedulingCycle _cycle = new(new Random(1));
    private readonly Profile _profile = A.DefaultProfile(new FakeApiClient());
    private readonly Snapshot _snapshot = new(
    [
        A.Node("busy").Info(A.Pod("other").Cpu("2").Memory("4Gi")), A.Node("idle").Info(), A.Node("soft").Taint("a", "", "PreferNoSchedule").Info(),
        A.Node("hard").Taint("team", "db", "NoSchedule").Info(),
    ]);

    private readonly SchedulingQueue _queue;
    private readonly AttemptLog _log;
    private readonly WebApplication _app;
    private GrpcChannel _channel = null!;
    private QueuedPod _taken = null!;

    public SchedulerExplainTests()
    {
        var profiles = new Profiles([_profile]);
        _queue = new SchedulingQueue(profiles, new SchedulingQueueOptions(), _time);
        _log = new AttemptLog(new AttemptLogOptions { MaxWatchers = 2 }, _time);
        var builder = MiniK8sProcess.CreateBuilder("scheduler", ["--log-level", "error"]);
        builder.ListenGrpc("grpc-port", 0, IPAddress.Loopback).AddMiniK8sGrpc();
        builder.Services.AddSingleton(profiles).AddSingleton(_queue).AddSingleton(_log);
        _app = builder.Build();
        _app.MapMiniK8s();
        _app.MapGrpcService<SchedulerExplainService>();
    }

    private SchedulerExplain.SchedulerExplainClient Client => new(_channel);

    public async Task InitializeAsync()
    {
        await _app.StartAsync();
        _channel = GrpcChannel.ForAddress($"http://127.0.0.1:{_app.Services.GetRequiredService<PortBook>().Numbers["grpc-port"]}");
    }

    public async Task DisposeAsync()
    {
        _channel.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task Get_BoundPod_TellsVerdictsScoresAndTheChoice()
    {
        End(Try(A.Pod().Cpu("1").Memory("1Gi")), AttemptOutcome.Bound("DefaultBinder"));

        var explanation = await Client.GetAsync(new() { Name = "web" });

        var attempt = explanation.Attempt;
        Assert.Equal(
            ("default", "web", "uid-web", "default-scheduler", 1, "idle", 1, 4, 0, 4, AttemptResult.Bound, "DefaultBinder", ""),
            (attempt.Namespace, attempt.Name, attempt.Uid, attempt.SchedulerName, attempt.Attempt, attempt.Node, attempt.Best, attempt.NodeCount, attempt.NotLookedAt,
                attempt.FeasibleWanted, attempt.Result, attempt.Plugin, attempt.Message));
        Assert.Equal((Noon.ToTimestamp(), Milliseconds(2), Milliseconds(3)), (attempt.Started, attempt.DecidedAfter, attempt.EndedAfter));
        Assert.Equal(["busy", "idle", "soft", "hard"], attempt.Nodes.Select(node => node.Node));
        Assert.Equal(
            new Rejection { Plugin = "TaintToleration", Reasons = { "node(s) had untolerated taint {team: db}" }, Unresolvable = true }, attempt.Nodes[3].Rejection);
        Assert.Equal(new NodeScore { Plugin = "TaintToleration", Raw = 1, Normalized = 0, Weight = 3, Weighted = 0 }, Score(attempt.Nodes[2], "TaintToleration"));
        Assert.Equal(new NodeScore { Plugin = "TaintToleration", Raw = 0, Normalized = 100, Weight = 3, Weighted = 300 }, Score(attempt.Nodes[1], "TaintToleration"));
        Assert.All(attempt.Nodes, node => Assert.Equal(node.Scores.Sum(score => score.Normalized * score.Weight), node.Total));
        Assert.Equal("idle", attempt.Nodes.MaxBy(node => node.Total)!.Node);
        Assert.Empty(attempt.Nodes[3].Scores);
        Assert.Contains("NodeAffinity", attempt.SkippedScores);
        Assert.Equal((Noon.ToTimestamp(), "default-scheduler"), (explanation.Since, Assert.Single(explanation.SchedulerNames)));
    }

    [Fact]
    public async Task Get_PodThatFitsNowhere_SaysWhyAndWhereItWaits()
    {
        var attempt = Try(A.Pod().Cpu("100"));
        End(attempt, AttemptOutcome.Rejected("0/4 nodes are available"));
        _queue.Return(_taken, new HashSet<string> { "TaintToleration", "NodeResourcesFit" });

        var explanation = await Client.GetAsync(new() { Namespace = "default", Name = "web" });

        Assert.Equal((AttemptResult.Rejected, "0/4 nodes are available", ""), (explanation.Attempt.Result, explanation.Attempt.Message, explanation.Attempt.Node));
        Assert.Equal(("DefaultPreemption", ""), (explanation.Attempt.Preemption.Plugin, explanation.Attempt.Preemption.Node));
        Assert.Equal(["NodeResourcesFit", "NodeResourcesFit", "NodeResourcesFit", "TaintToleration"], explanation.Attempt.Nodes.Select(node => node.Rejection.Plugin));
        var now = _time.GetUtcNow();
        Assert.Equal(
            new QueuePlace
            {
                Pool = QueuePool.Unschedulable, Since = now.ToTimestamp(), BackoffUntil = now.AddSeconds(1).ToTimestamp(), Attempts = 1,
                Plugins = { "NodeResourcesFit", "TaintToleration" },
            },
            explanation.Queue);
    }

    [Fact]
    public async Task Get_GatedPod_SaysWhatHoldsIt()
    {
        _queue.Set(A.Pod().With(spec => spec.SchedulingGates.Add([new() { Name = "a" }, new() { Name = "b" }])).Info());

        var explanation = await Client.GetAsync(new() { Name = "web" });

        Assert.Null(explanation.Attempt);
        Assert.Equal(
            new QueuePlace { Pool = QueuePool.Gated, Since = Noon.ToTimestamp(), Plugins = { "SchedulingGates" }, Message = "waiting for scheduling gates: [a b]" },
            explanation.Queue);
    }

    [Fact]
    public async Task Get_BindingNotWrittenYet_HasNoResult()
    {
        Try(A.Pod());
        _queue.StartBinding(_taken);

        var explanation = await Client.GetAsync(new() { Name = "web" });

        Assert.Equal((AttemptResult.Unspecified, null, QueuePool.Binding), (explanation.Attempt.Result, explanation.Attempt.EndedAfter, explanation.Queue.Pool));
    }

    [Fact]
    public async Task Get_PodNobodyKnows_HasNeitherAttemptNorPlace()
    {
        var explanation = await Client.GetAsync(new() { Namespace = "team", Name = "web" });

        Assert.Equal((null, null), (explanation.Attempt, explanation.Queue));
    }

    [Fact]
    public async Task Get_NoName_IsRefused()
    {
        var refusal = await Assert.ThrowsAsync<RpcException>(() => Client.GetAsync(new()).ResponseAsync);

        Assert.Equal((StatusCode.InvalidArgument, "name: which pod is asked for"), (refusal.StatusCode, refusal.Status.Detail));
    }

    [Fact]
    public async Task Watch_AttemptsThatFit_ComeWhenTheyHaveEnded()
    {
        using var watch = Client.Watch(new() { Namespace = "default", Results = { AttemptResult.Rejected, AttemptResult.Failed } });
        using var named = Client.Watch(new() { Name = "c" });
        await Task.WhenAll(watch.ResponseHeadersAsync, named.ResponseHeadersAsync).OrMissing("the watches' headers");

        End(Try(A.Pod("a").Cpu("100")), AttemptOutcome.Rejected("full"));
        End(Try(A.Pod("b")), AttemptOutcome.Bound("DefaultBinder"));
        Try(A.Pod("open"));
        End(Try(A.Pod("c")), AttemptOutcome.Failed("no leader"));

        Assert.Equal([("a", AttemptResult.Rejected, "full"), ("c", AttemptResult.Failed, "no leader")], [await NextAsync(watch), await NextAsync(watch)]);
        Assert.Equal(("c", AttemptResult.Failed, "no leader"), await NextAsync(named));
    }

    [Fact]
    public async Task Watch_OneTooMany_IsRefusedUntilAnotherEnds()
    {
        using var first = Client.Watch(new());
        using var second = Client.Watch(new());
        await Task.WhenAll(first.ResponseHeadersAsync, second.ResponseHeadersAsync).OrMissing("the watches' headers");
        using var third = Client.Watch(new());

        var refusal = await Assert.ThrowsAsync<RpcException>(() => third.ResponseStream.MoveNext(default));

        Assert.Equal(StatusCode.ResourceExhausted, refusal.StatusCode);
    }

    [Fact]
    public async Task Reflection_OfTheScheduler_NamesTheService()
    {
        using var call = new ServerReflection.ServerReflectionClient(_channel).ServerReflectionInfo();
        await call.RequestStream.WriteAsync(new() { ListServices = "" });

        Assert.True(await call.ResponseStream.MoveNext(default));
        Assert.Contains("minik8s.v1.SchedulerExplain", call.ResponseStream.Current.ListServicesResponse.Service.Select(service => service.Name));
    }

    private static Duration Milliseconds(int count) => Duration.FromTimeSpan(TimeSpan.FromMilliseconds(count));

    private static NodeScore Score(NodeReport node, string plugin) => node.Scores.Single(score => score.Plugin == plugin);

    private static async Task<(string Name, AttemptResult Result, string Message)> NextAsync(AsyncServerStreamingCall<AttemptEvent> watch)
    {
        Assert.True(await watch.ResponseStream.MoveNext(default).OrMissing("an attempt"));
        var attempt = watch.ResponseStream.Current.Attempt;
        return (attempt.Name, attempt.Result, attempt.Message);
    }

    // A decision takes two milliseconds here, and what comes after it one.
    private Attempt Try(Pod pod)
    {
        _queue.Set(pod.Info());
        Assert.True(_queue.TryTake(out var queued));
        _taken = queued;
        var trial = _log.Begin(queued, _profile.Plugins);
        var decision = _cycle.Decide(_profile, trial.State, trial.Pod, _snapshot, trial.Trace);
        _time.Advance(TimeSpan.FromMilliseconds(2));
        return _log.Add(trial, _snapshot, decision);
    }

    private void End(Attempt attempt, AttemptOutcome outcome)
    {
        _time.Advance(TimeSpan.FromMilliseconds(1));
        _log.End(attempt, outcome);
    }
}
