using MiniK8s.Kubelet.Containers;
using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Kubelet.Tests.Fakes;

namespace MiniK8s.Kubelet.Tests.PodWorkers;

/// <summary>What a worker decides before it stops a pod, and the grace that the stop is granted: every input, against rows read off the rule book.</summary>
public sealed class TerminationTruthTableTests
{
    // A stop was asked for | the deadline has passed | it ran to its end | what is done.
    [Theory]
    [InlineData(false, false, false, PodWorkerAction.Sync)]
    [InlineData(false, false, true, PodWorkerAction.Stop)]
    [InlineData(false, true, false, PodWorkerAction.StopAsDeadlineExceeded)]
    [InlineData(false, true, true, PodWorkerAction.StopAsDeadlineExceeded)]
    [InlineData(true, false, false, PodWorkerAction.Stop)]
    [InlineData(true, false, true, PodWorkerAction.Stop)]
    [InlineData(true, true, false, PodWorkerAction.Stop)]
    [InlineData(true, true, true, PodWorkerAction.Stop)]
    internal void Decide_EveryObservation_IsTheTables(bool stop, bool deadline, bool end, PodWorkerAction action) =>
        Assert.Equal(action, PodWorkerDecision.Decide(new(stop, deadline, end)));

    // Rows: the specification's grace, "-" where it has none. Columns: the deletion's.
    private const string Graces = """
             |  - |  0 |  1 |  2 | 30 | 90
        -    | 30 |  1 |  1 |  2 | 30 | 90
        0    |  1 |  1 |  1 |  2 | 30 | 90
        1    |  1 |  1 |  1 |  2 | 30 | 90
        2    |  2 |  1 |  1 |  2 | 30 | 90
        30   | 30 |  1 |  1 |  2 | 30 | 90
        90   | 90 |  1 |  1 |  2 | 30 | 90
        """;

    [Fact]
    public void GraceOf_EverySpecificationAndDeletion_IsTheTables()
    {
        var rows = Graces.Split('\n').Select(row => row.Split('|', StringSplitOptions.TrimEntries)).ToList();
        foreach (var row in rows.Skip(1))
        {
            for (var column = 1; column < row.Length; column++)
            {
                var pod = A.Pod().With(p => p.Spec.ClearTerminationGracePeriodSeconds());
                if (row[0] != "-") pod.Spec.TerminationGracePeriodSeconds = int.Parse(row[0]);
                if (rows[0][column] != "-") pod.Deleting(A.Noon, int.Parse(rows[0][column]));

                Assert.Equal(TimeSpan.FromSeconds(int.Parse(row[column])), StopDeadline.GraceOf(pod));
            }
        }
    }

    // Every sequence of three further deletes at whatever moment: the deadline is the earliest that was ever asked for.
    [Fact]
    public void Shorten_EverySequence_OnlyEverBringsTheDeadlineForward()
    {
        int[] graces = [0, 1, 5, 29, 30, 31, 60];
        int[] waits = [0, 1, 10, 35];
        foreach (var (first, second, third) in from a in graces from b in graces from c in graces select (a, b, c))
        {
            foreach (var wait in waits)
            {
                var time = new ManualTimeProvider();
                var began = time.GetUtcNow();
                using var deadline = new StopDeadline(TimeSpan.FromSeconds(30), time);
                var asked = new List<int> { 30 };
                foreach (var grace in new[] { first, second, third })
                {
                    var told = deadline.Shortened;
                    deadline.Shorten(began.AddSeconds(grace));
                    Assert.Equal(grace < asked.Min(), told.IsCompleted);
                    asked.Add(grace);

                    var left = began.AddSeconds(asked.Min()) - time.GetUtcNow();
                    Assert.Equal(left > TimeSpan.Zero ? left : TimeSpan.Zero, deadline.Remaining);
                    Assert.Equal(left <= TimeSpan.Zero, deadline.Ended.IsCancellationRequested);
                    time.Advance(TimeSpan.FromSeconds(wait));
                }
            }
        }
    }
}
