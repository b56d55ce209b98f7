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

    [Fact]
    public void Read_AFailure_SaysWhyBelowItsName()
    {
        var folder = Directory.CreateTempSubdirectory("mk8s-trx-").FullName;
        var (message, stack) = ("Value not in range\nActual: 3", string.Join('\n', Enumerable.Range(1, 40).Select(i => $"at line {i}")));
        File.WriteAllText(Path.Combine(folder, "a.trx"), $"""
            <TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010"><Results><UnitTestResult testName="A.Fails" outcome="Failed">
            <Output><ErrorInfo><Message>{message}</Message><StackTrace>{stack}</StackTrace></ErrorInfo></Output></UnitTestResult></Results></TestRun>
            """);

        var failed = Assert.Single(TestOutcome.Read(folder).Failed).Split('\n');

        Assert.Equal(["A.Fails", "    Value not in range", "    Actual: 3", "    at line 1"], failed[..4]);
        Assert.Equal("    at line 12", failed[^1]);
        Directory.Delete(folder, recursive: true);
    }

    private static string Trx(params (string Name, string Outcome)[] results) =>
        $"""<TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010"><Results>{string.Concat(results.Select(r => $"""<UnitTestResult testName="{r.Name}" outcome="{r.Outcome}" />"""))}</Results></TestRun>""";
}
