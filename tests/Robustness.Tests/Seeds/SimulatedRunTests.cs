using MiniK8s.Robustness.Tests.Checking;
using MiniK8s.Robustness.Tests.History;

namespace MiniK8s.Robustness.Tests.Seeds;

public sealed class SimulatedRunTests
{
    [Fact]
    public void Judge_GoodHistories_FindsNothing()
    {
        for (var seed = 1; seed <= 40; seed++)
        {
            var verdict = HistoryChecker.Judge(SimulatedRun.Record(seed));

            Assert.True(verdict.Violations.Count == 0, $"seed {seed}: {verdict}");
            Assert.True(verdict is { Calls: > 900, SettledCalls: > 3, LastRevision: > 300, Watches: > 12, Events: > 1000 }, $"seed {seed}: {verdict}");
        }
    }

    [Fact]
    public void HistoryFile_WrittenAndReadBack_IsTheSameHistory()
    {
        var lines = SimulatedRun.Record(1);
        var file = Path.GetTempFileName();
        try
        {
            HistoryFile.Write(file, lines);
            var again = HistoryFile.Read(file);

            Assert.Equal(lines.Count, again.Count);
            for (var i = 0; i < lines.Count; i++) AssertSame(lines[i], again[i]);
            Assert.Equal(HistoryChecker.Judge(lines).ToString(), HistoryChecker.Judge(again).ToString());
        }
        finally
        {
            File.Delete(file);
        }
    }

    // Records compare lists by reference.
    private static void AssertSame(HistoryLine expected, HistoryLine actual)
    {
        if (expected is not LogRevisionLine { Revision: var revision, Changes: var changes })
        {
            Assert.Equal(expected, actual);
            return;
        }
        var other = Assert.IsType<LogRevisionLine>(actual);
        Assert.Equal((revision, string.Join(' ', changes)), (other.Revision, string.Join(' ', other.Changes)));
    }
}
