using MiniK8s.ApiServer.Registry;

using static MiniK8s.ApiServer.Registry.DeletionAction;

namespace MiniK8s.ApiServer.Tests.Registry;

public sealed class DeletionDecisionTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    // finalizers, requested, default, nothing runs => action, grace
    [InlineData(false, null, 30L, false, nameof(Mark), 30L)]
    [InlineData(true, null, 30L, false, nameof(Mark), 30L)]
    [InlineData(false, 5L, 30L, false, nameof(Mark), 5L)]
    [InlineData(false, 90L, 30L, false, nameof(Mark), 90L)]
    [InlineData(false, -7L, 30L, false, nameof(Mark), 1L)]
    [InlineData(false, null, -7L, false, nameof(Mark), 1L)]
    [InlineData(false, null, null, false, nameof(MarkThenRemove), 0L)]
    [InlineData(false, 0L, 30L, false, nameof(MarkThenRemove), 0L)]
    [InlineData(true, 0L, 30L, false, nameof(Mark), 0L)]
    [InlineData(false, null, 30L, true, nameof(MarkThenRemove), 0L)]
    [InlineData(false, 5L, 30L, true, nameof(MarkThenRemove), 0L)]
    [InlineData(true, 5L, 30L, true, nameof(Mark), 0L)]
    public void Decide_FirstDeleteOfAGracefulObject_TakesTheGraceThatCounts(
        bool finalizers, long? requested, long? standard, bool nothingRuns, string action, long grace)
    {
        var decision = DeletionDecision.Decide(new(Now, null, null, finalizers, IsGraceful: true, requested, standard, nothingRuns));

        Assert.Equal(new DeletionDecision(Enum.Parse<DeletionAction>(action), Now.AddSeconds(grace), grace, IsFirst: true), decision);
    }

    [Fact]
    public void Decide_FirstDeleteOfAPlainObject_RemovesIt()
    {
        var decision = DeletionDecision.Decide(new(Now, null, null, HasFinalizers: false, IsGraceful: false, 30, null, NothingRuns: false));

        Assert.Equal(Remove, decision.Action);
    }

    [Fact]
    public void Decide_FirstDeleteOfAPlainObjectWithFinalizers_MarksItWithoutGrace()
    {
        var decision = DeletionDecision.Decide(new(Now, null, null, HasFinalizers: true, IsGraceful: false, 30, null, NothingRuns: false));

        Assert.Equal(new DeletionDecision(Mark, Now, 0, IsFirst: true), decision);
    }

    [Theory]
    // stored grace, finalizers, requested => action, grace, seconds the deletion time moves
    [InlineData(30L, false, null, nameof(Keep), 30L, 0)]
    [InlineData(30L, true, null, nameof(Keep), 30L, 0)]
    [InlineData(30L, false, 30L, nameof(Keep), 30L, 0)]
    [InlineData(30L, false, 60L, nameof(Keep), 30L, 0)]
    [InlineData(30L, false, 10L, nameof(Mark), 10L, -20)]
    [InlineData(30L, true, 10L, nameof(Mark), 10L, -20)]
    [InlineData(30L, false, 0L, nameof(MarkThenRemove), 0L, -30)]
    [InlineData(30L, true, 0L, nameof(Mark), 0L, -30)]
    [InlineData(30L, false, -5L, nameof(Mark), 1L, -29)]
    [InlineData(-5L, false, 0L, nameof(MarkThenRemove), 0L, -1)]
    [InlineData(0L, false, null, nameof(Remove), 0L, 0)]
    [InlineData(0L, false, 10L, nameof(Remove), 0L, 0)]
    [InlineData(0L, true, 0L, nameof(Keep), 0L, 0)]
    [InlineData(null, false, null, nameof(Remove), 0L, 0)]
    [InlineData(null, true, null, nameof(Mark), 0L, 0)]
    public void Decide_AlreadyDeleting_OnlyEverShortens(
        long? stored, bool finalizers, long? requested, string action, long? grace, int moved)
    {
        var due = Now.AddSeconds(-5);

        var decision = DeletionDecision.Decide(new(Now, due, stored, finalizers, IsGraceful: true, requested, 45, NothingRuns: false));

        Assert.Equal(new DeletionDecision(Enum.Parse<DeletionAction>(action), due.AddSeconds(moved), grace, IsFirst: false), decision);
    }

    [Fact]
    public void Decide_EveryCombination_NeverLengthensAndNeverRemovesWhatFinalizersHold()
    {
        long?[] graces = [null, -1, 0, 1, 30];
        DateTimeOffset?[] times = [null, Now.AddSeconds(-10), Now, Now.AddSeconds(10)];
        bool[] both = [false, true];
        var cases =
            from time in times from stored in graces from finalizers in both from graceful in both
            from requested in graces from standard in graces from idle in both
            select new DeletionInput(Now, time, stored, finalizers, graceful, requested, standard, idle);

        foreach (var input in cases)
        {
            var decision = DeletionDecision.Decide(input);

            Assert.Equal(input.DeletionTimestamp is null, decision.IsFirst);
            Assert.False(input.HasFinalizers && decision.Action is Remove or MarkThenRemove, $"{input}");
            Assert.False(decision.Grace < 0 && decision.Action != Keep, $"{input}");
            if (input.DeletionTimestamp is { } before && decision.DeletionTimestamp is { } after) Assert.True(after <= before, $"{input}");
            if (input is { DeletionTimestamp: not null, StoredGrace: > 0 } && decision.Action == Mark) Assert.True(decision.Grace < input.StoredGrace, $"{input}");
        }
    }
}
