using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Plugins.DefaultPreemption;

namespace MiniK8s.Scheduler.Tests.Plugins.Preemption;

// Each criterion decides where all before it are equal, against all that come after it.
public sealed class CandidateTests
{
    [Fact]
    public void LeastHarmful_FewerViolations_BeforeAllElse() => AssertChosen(
        new Candidate("n", [Pod("a", 9, 0), Pod("b", 9, 0)], Violations: 0),
        new Candidate("n", [Pod("c", -5, 9)], Violations: 1));

    [Fact]
    public void LeastHarmful_LessImportantFirstVictim_BeforeTheSum() => AssertChosen(
        new Candidate("n", [Pod("a", 1, 0), Pod("b", 1, 0), Pod("c", 1, 0)], Violations: 1),
        new Candidate("n", [Pod("d", 2, 9)], Violations: 1));

    [Fact]
    public void LeastHarmful_SmallerSum_BeforeTheNumber() => AssertChosen(
        new Candidate("n", [Pod("a", 5, 0), Pod("b", int.MinValue, 0), Pod("c", int.MinValue, 0)], Violations: 0),
        new Candidate("n", [Pod("d", 5, 9), Pod("e", -1, 9)], Violations: 0));

    [Fact]
    public void LeastHarmful_FewerVictims_BeforeTheStart() => AssertChosen(
        new Candidate("n", [Pod("a", 5, 0)], Violations: 0),
        new Candidate("n", [Pod("b", 5, 9), Pod("c", int.MinValue, 9)], Violations: 0));

    [Fact]
    public void LeastHarmful_LaterStartOfTheMostImportant_Decides() => AssertChosen(
        new Candidate("n", [Pod("a", 5, 3), Pod("b", 5, 8), Pod("low", 1, 1)], Violations: 0),
        new Candidate("n", [Pod("c", 5, 2), Pod("d", 5, 9), Pod("low", 1, 7)], Violations: 0));

    [Fact]
    public void LeastHarmful_NotStarted_IsLaterThanAnyStart() => AssertChosen(
        new Candidate("n", [A.Pod("a").Info()], Violations: 0),
        new Candidate("n", [Pod("b", 0, 9)], Violations: 0));

    // Two negative priorities sum to less than one, and are more harm all the same.
    [Fact]
    public void LeastHarmful_NegativePriorities_DoNotMakeMoreVictimsBetter() => AssertChosen(
        new Candidate("n", [Pod("a", -10, 0)], Violations: 0),
        new Candidate("n", [Pod("b", -10, 9), Pod("c", -10, 9)], Violations: 0));

    [Fact]
    public void LeastHarmful_AllEqual_IsTheFirst()
    {
        Candidate[] equals = [new("n1", [Pod("a", 1, 1)], 0), new("n2", [Pod("b", 1, 1)], 0)];

        Assert.Equal("n1", Candidate.LeastHarmful(equals).Node);
    }

    [Theory]
    [InlineData("2@0", "1@0")]
    [InlineData("2@9", "1@0")]
    [InlineData("1@0", "1@9")]
    [InlineData("1@9", "1@-")]
    [InlineData("0@-", "-1@0")]
    public void Importance_HigherPriorityThenEarlierStart_ComesFirst(string first, string second)
    {
        List<PodInfo> pods = [Parse(second), Parse(first)];

        pods.Sort(Importance.Descending);

        Assert.Equal([$"default/{first}", $"default/{second}"], pods.Select(pod => pod.Key.ToString()));
    }

    private static void AssertChosen(Candidate better, Candidate worse)
    {
        Assert.Same(better, Candidate.LeastHarmful([better, worse]));
        Assert.Same(better, Candidate.LeastHarmful([worse, better]));
    }

    private static PodInfo Pod(string name, int priority, int start) => A.Pod(name).Priority(priority).StartedAt(start).Info();

    // priority@second of its start, "-" for not yet
    private static PodInfo Parse(string pod)
    {
        var (priority, start) = (int.Parse(pod.Split('@')[0]), pod.Split('@')[1]);
        return start == "-" ? A.Pod(pod).Priority(priority).Info() : Pod(pod, priority, int.Parse(start));
    }
}
