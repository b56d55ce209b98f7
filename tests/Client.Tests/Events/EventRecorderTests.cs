using Microsoft.Extensions.Logging.Abstractions;

using MiniK8s.Client.Events;
using MiniK8s.Client.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Client.Tests.Events;

public sealed class EventRecorderTests : IAsyncLifetime
{
    private readonly ManualTimeProvider _time = new();
    private readonly FakeApiClient _api = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly EventRecorder _recorder;
    private readonly Task _running;

    public EventRecorderTests()
    {
        var source = new EventSourceOptions { Component = "kubelet", MaxTries = 2 };
        _recorder = new EventRecorder(source, _api, _time, new Random(1), NullLogger<EventRecorder>.Instance);
        _running = _recorder.RunAsync(_stop.Token);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.OrMissing("the recorder's end");
        _stop.Dispose();
    }

    [Fact]
    public async Task Record_Repeated_IsCreatedOnceAndThenCounted()
    {
        Happen();
        var created = await WriteAsync();
        _time.Advance(TimeSpan.FromSeconds(5));
        Happen();
        var counted = await WriteAsync();

        var stored = Assert.Single(_api.All<Event>());
        Assert.Equal($"create Event default/{stored.Metadata.Name}", created);
        Assert.Equal($"patch Event default/{stored.Metadata.Name} ", counted);
        Assert.Equal("""{"count":2,"lastTimestamp":"2030-01-01T12:00:05Z","message":"Back-off"}""", Assert.Single(_api.Patches).Document);
    }

    [Fact]
    public async Task As_OtherComponents_RecordEventsOfTheirOwn()
    {
        var pod = new ObjectReference { Kind = "Pod", Namespace = "default", Name = "web", Uid = "u" };
        List<string> verbs = [];
        foreach (var component in (string[])["one", "two", "one"])
        {
            _recorder.As("nobody").As(component).Record(pod, EventTypes.Normal, "Scheduled", "to n1");
            verbs.Add((await WriteAsync()).Split(' ')[0]);
        }

        Assert.Equal(["create", "create", "patch"], verbs);
        Assert.Equal([("one", "one"), ("two", "two")], _api.All<Event>().Select(stored => (stored.ReportingComponent, stored.Source.Component)).Order());
    }

    [Fact]
    public async Task Record_StoredEventExpired_IsCreatedAgainWithItsCount()
    {
        Happen();
        await WriteAsync();
        _api.Remove<Event>("default", Assert.Single(_api.All<Event>()).Metadata.Name);
        Happen();

        Assert.StartsWith("patch", await WriteAsync(), StringComparison.Ordinal);
        Assert.StartsWith("create", await WriteAsync(), StringComparison.Ordinal);
        Assert.Equal(2, Assert.Single(_api.All<Event>()).Count);
    }

    [Fact]
    public async Task Record_ServerAway_IsTriedAgain()
    {
        _api.Refuse = _ => FakeApiClient.Refusal(503, "ServiceUnavailable");
        Happen();
        await _time.WaitForTimersAsync(1);
        _api.Refuse = _ => null;

        _time.AdvanceToNextTimer();

        Assert.StartsWith("create", await WriteAsync(), StringComparison.Ordinal);
    }

    private void Happen() => _recorder.Record(A.Pod("web"), EventTypes.Warning, "BackOff", "Back-off");

    private async Task<string> WriteAsync() => await _api.Writes.Reader.ReadAsync().AsTask().OrMissing("a write");
}
