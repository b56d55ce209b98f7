using MiniK8s.Client.Tests.Fakes;
using MiniK8s.Kubelet.Node;
using MiniK8s.Kubelet.Tests.Fakes;

namespace MiniK8s.Kubelet.Tests.Node;

public sealed class NodeHeartbeatTests : IAsyncLifetime
{
    private const string Create = "create Node /node-1";
    private const string Write = "update status Node /node-1";
    private static readonly TimeSpan AfterTheNextLook = TimeSpan.FromSeconds(10.4);

    private readonly ManualTimeProvider _time = new();
    private readonly FakeApiClient _api = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly NodeHeartbeat _heartbeat;
    private Task _run = Task.CompletedTask;

    public NodeHeartbeatTests() => _heartbeat = Heartbeats.Of(_api, _time);

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
}
