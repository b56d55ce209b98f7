using MiniK8s.Client.Events;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Client.Tests.Events;

public sealed class EventCorrelatorTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly EventCorrelator _correlator;

    public EventCorrelatorTests() => _correlator = new EventCorrelator(new EventSourceOptions { Component = "kubelet", Host = "n1" }, _time);

    [Fact]
    public void Correlate_FirstOfItsKind_IsANewEvent()
    {
        var stored = Happen("Pulling image");

        Assert.Equal(1, stored?.Count);
        Assert.Equal($"web.{(_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100:x}", stored?.Metadata.Name);
        Assert.Equal("default", stored?.Metadata.Namespace);
        Assert.Equal(("kubelet", "n1"), (stored?.Source.Component, stored?.Source.Host));
        Assert.Equal(stored?.FirstTimestamp, stored?.LastTimestamp);
    }

    [Fact]
    public void Correlate_SameAgain_CountsOnTheStoredOne()
    {
        var first = Happen("Back-off")?.Clone();
        _time.Advance(TimeSpan.FromSeconds(10));

        var second = Happen("Back-off", resourceVersion: "99");

        Assert.Equal(first?.Metadata.Name, second?.Metadata.Name);
        Assert.Equal(2, second?.Count);
        Assert.Equal(first?.FirstTimestamp, second?.FirstTimestamp);
        Assert.Equal(TimeSpan.FromSeconds(10), second?.LastTimestamp.ToDateTimeOffset() - second?.FirstTimestamp.ToDateTimeOffset());
    }

    [Fact]
    public void Correlate_TwoAtOneMoment_HaveDifferentNames() =>
        Assert.NotEqual(Happen("a")?.Metadata.Name, Happen("b")?.Metadata.Name);

    [Fact]
    public void Correlate_TenthMessageOfOneReason_IsFolded()
    {
        for (var i = 1; i < 10; i++) Assert.Equal($"message {i}", Happen($"message {i}")?.Message);

        var tenth = Happen("message 10")?.Clone();
        var eleventh = Happen("message 11");

        Assert.Equal("(combined from similar events): message 10", tenth?.Message);
        Assert.Equal((tenth?.Metadata.Name, 2), (eleventh?.Metadata.Name, eleventh?.Count));
    }

    [Fact]
    public void Correlate_MoreThanTheBurst_IsDroppedUntilTheBudgetRefills()
    {
        for (var i = 0; i < 25; i++) Assert.NotNull(Happen("again"));

        Assert.Null(Happen("again"));
        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.NotNull(Happen("again"));
        Assert.Null(Happen("again"));
    }

    [Theory]
    [InlineData(1024, 1024)]
    [InlineData(1025, 1024)]
    public void Cut_LongText_EndsInDots(int length, int kept)
    {
        var text = EventText.Cut(new string('x', length));

        Assert.Equal(kept, text.Length);
        Assert.Equal(length > 1024, text.EndsWith(" ...", StringComparison.Ordinal));
    }

    private Event? Happen(string message, string resourceVersion = "1") => _correlator.Correlate(new Occurrence(
        "kubelet", new ObjectReference { Kind = "Pod", Namespace = "default", Name = "web", Uid = "u", ResourceVersion = resourceVersion },
        EventTypes.Warning, "BackOff", message, "", _time.GetUtcNow()));
}
