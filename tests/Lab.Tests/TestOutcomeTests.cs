using MiniK8s.Lab.Commands;

namespace MiniK8s.Lab.Tests;

public sealed class TestOutcomeTests
{
    [Fact]
    public void Read_SeveralFiles_AreTakenTogether()
    {
        var folder = Directory.CreateTempSubdirectory("mk8s-trx-").FullName;
        File.WriteAllText(Path.Combine(folder, "a.trx"), Trx(("A.Passes", "Passed"), ("A.Fails", "Failed")));
        File.WriteAllText(Path.Combine(folder, "b.trx"), Trx(("B.IsPassedOver", "NotExecuted")));

        var outcome = TestOutcome.Read(folder);

        Assert.Equal(1, outcome.Passed);
        Assert.Equal(["A.Fails"], outcome.Failed);
        Assert.Equal(["B.IsPassedOver"], outcome.Skipped);
        Directory.Delete(folder, recursive: true);
    }

    private static string Trx(params (string Name, string Outcome)[] results) =>
        $"""<TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010"><Results>{string.Concat(results.Select(r => $"""<UnitTestResult testName="{r.Name}" outcome="{r.Outcome}" />"""))}</Results></TestRun>""";
}
