using MiniK8s.Robustness.Tests.Checking;

namespace MiniK8s.Robustness.Tests.Seeds;

/// <summary>The checker is checked: each known kind of bug, put into a good history, must be found and named right.</summary>
public sealed class SeededBugsTests
{
    public static TheoryData<string> Names => [.. SeededBugs.Table.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Judge_SpoiltHistory_NamesTheInvariantBroken(string bug)
    {
        var (invariant, consequences, apply) = SeededBugs.Table[bug];
        var lines = SimulatedRun.Record(seed: 7);
        apply(new Tampering(lines));

        var verdict = HistoryChecker.Judge(lines);

        var named = verdict.Violations.Select(violation => violation.Invariant).Distinct().Order().ToList();
        Assert.True(named.Contains(invariant), $"{bug}: not invariant {invariant} but {verdict}");
        Assert.True(!named.Except([invariant, .. consequences]).Any(), $"{bug}: more than invariant {invariant}: {verdict}");
    }

    [Fact]
    public void Judge_LeaseThatEndsInTwoRevisions_NamesTheLeaseInvariant()
    {
        var verdict = HistoryChecker.Judge(SimulatedRun.Record(seed: 7, endsLeasesInTwoRevisions: true));

        Assert.Equal([11], verdict.Violations.Select(violation => violation.Invariant).Distinct());
    }

    [Fact]
    public void Table_AllBugs_BreakEveryInvariantBetweenThem()
    {
        var broken = SeededBugs.Table.Values.Select(bug => bug.Invariant).Distinct().Order();

        Assert.Equal(Enumerable.Range(1, Invariants.Count), broken);
    }
}
