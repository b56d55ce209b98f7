using System.Collections.Concurrent;

using MiniK8s.Client.Tests.Fakes;
using MiniK8s.Kubelet.Eviction;
using MiniK8s.Kubelet.Node;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Tests.Node;

public sealed class NodeHeartbeatTests : IAsyncLifetime
{
    private const string Create = "create Node /node-1";
    private const string Pids = "PIDPressure=False KubeletHasSufficientPID kubelet has sufficient PID available";
    private const string Write = "update status Node /node-1";
    private static readonly TimeSpan AfterTheNextLook = TimeSpan.FromSeconds(10.4);

    private readonly ManualTimeProvider _time = new();
    private readonly FakeApiClient _api = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly NodeHeartbeat _heartbeat;
    private Task _run = Task.CompletedTask;

    private readonly NodePressure _pressure = new();
    private readonly EventLog _events = new();

    public NodeHeartbeatTests() => _heartbeat = Heartbeats.Of(_api, _time, _pressure, _events);

    public async Task InitializeAsync()
    {
        await _heartbeat.RegisterAsync(default);
        Assert.Equal(Create, await NextWriteAsync());
        _run = RunAsync();
        await _time.WaitForTimersAsync(1);
    }

    public async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
    }

    [Fact]
    public async Task Look_NothingHasChanged_AsksNobodyAndWritesAfterFiveMinutes()
    {
        await LooksAsync(28);
        Assert.False(_api.Writes.Reader.TryRead(out _));
        await LooksAsync(2);

        Assert.Equal(Write, await NextWriteAsync());
        Assert.Equal(0, _api.Gets);
    }

    [Fact]
    public async Task NotReady_OthersHaveWritten_ReadsTheNodeAndWritesIntoThat()
    {
        var theirs = _api.All<Protocol.Core.V1.Node>().Single().Clone();
        theirs.Metadata.Labels["theirs"] = "kept";
        _api.Put(theirs);
        var isRefused = false;
        _api.Refuse = write => write == Write && !isRefused && (isRefused = true) ? FakeApiClient.Refusal(409, "Conflict") : null;

        await _heartbeat.NotReadyAsync("going down", default);

        var node = _api.All<Protocol.Core.V1.Node>().Single();
        var ready = node.Status.Conditions.Single(condition => condition.Type == "Ready");
        Assert.Equal((1, "kept", "False", "going down"), (_api.Gets, node.Metadata.Labels["theirs"], ready.Status, ready.Message));
    }

    [Fact]
    public async Task NotReady_EachWriteMeetsANewerNode_GivesUpAfterFive()
    {
        var tries = 0;
        _api.Refuse = write => write == Write && ++tries > 0 ? FakeApiClient.Refusal(409, "Conflict") : null;

        await _heartbeat.NotReadyAsync("going down", default);

        Assert.Equal((5, 4), (tries, _api.Gets));
    }

    [Fact]
    public async Task Look_PressureHasCome_IsWrittenWithItsEvents()
    {
        _pressure.Conditions = ["DiskPressure", "MemoryPressure"];

        await LooksAsync(1);

        Assert.Equal(Write, await NextWriteAsync());
        Assert.Equal(
            ["MemoryPressure=True KubeletHasInsufficientMemory kubelet has insufficient memory available", "DiskPressure=True KubeletHasDiskPressure kubelet has disk pressure", Pids],
            Pressures(_api.All<Protocol.Core.V1.Node>().Single().Status));
        Assert.Equal(
            new[] { "NodeHasInsufficientMemory", "NodeHasDiskPressure" }.Select(reason => $"Normal {reason} Node node-1 status is now: {reason}"), _events.Told);
    }

    [Fact]
    public void Status_WhatOthersHaveWritten_Stays()
    {
        var before = NodeObjects.StatusOf(Heartbeats.Node, new NodeReport(new RuntimeVersion("fake", "1"), []), null, _time.GetUtcNow());
        before.Capacity["example.com/dongle"] = "2";
        before.Conditions.Add(new NodeCondition { Type = "NetworkUnavailable", Status = "False" });

        var after = NodeObjects.StatusOf(Heartbeats.Node, new NodeReport(new RuntimeVersion("fake", "1"), []), before, _time.GetUtcNow());

        Assert.Equal(("2", "2"), (after.Capacity["example.com/dongle"], after.Allocatable["example.com/dongle"]));
        Assert.Equal("False", Assert.Single(after.Conditions, condition => condition.Type == "NetworkUnavailable").Status);
    }

    [Fact]
    public void Status_PressureHasGone_SaysSoAndHasItsEvents()
    {
        var calm = new NodeReport(new RuntimeVersion("fake", "1"), []);
        var under = NodeObjects.StatusOf(Heartbeats.Node, calm with { Pressures = ["DiskPressure", "MemoryPressure", "PIDPressure"] }, null, _time.GetUtcNow());

        var after = NodeObjects.StatusOf(Heartbeats.Node, calm, under, _time.GetUtcNow());

        Assert.Equal("PIDPressure=True KubeletHasInsufficientPID kubelet has insufficient PID available", Pressures(under).Last());
        Assert.Equal(
            ["MemoryPressure=False KubeletHasSufficientMemory kubelet has sufficient memory available", "DiskPressure=False KubeletHasNoDiskPressure kubelet has no disk pressure", Pids],
            Pressures(after));
        Assert.Equal(["NodeHasSufficientMemory", "NodeHasNoDiskPressure", "NodeHasSufficientPID"], NodeObjects.PressureEvents(under, after));
        Assert.Empty(NodeObjects.PressureEvents(null, under));
    }

    private static IEnumerable<string> Pressures(NodeStatus status) =>
        status.Conditions.Where(condition => condition.Type != "Ready").Select(condition => $"{condition.Type}={condition.Status} {condition.Reason} {condition.Message}");

    private async Task RunAsync()
    {
        try
        {
            await _heartbeat.RunAsync(_stop.Token);
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task LooksAsync(int count)
    {
        for (var look = 0; look < count; look++)
        {
            _time.Advance(AfterTheNextLook);
            await _time.WaitForTimersAsync(1);
        }
    }

    private Task<string> NextWriteAsync() => _api.Writes.Reader.ReadAsync().AsTask().WaitAsync(Patience.Limit);

    private sealed class EventLog : INodeEvents
    {
        public ConcurrentQueue<string> Told { get; } = new();

        public void Starting(string node) { }

        public void ShuttingDown(string node) { }

        public void NotReady(string node) { }

        public void Record(string node, string type, string reason, string message) => Told.Enqueue($"{type} {reason} {message}");
    }
}
