using System.Xml.Linq;

namespace MiniK8s.Lab.Commands;

/// <summary>What the test projects' result files (.trx) say, taken together.</summary>
internal sealed record TestOutcome(int Passed, IReadOnlyList<string> Failed, IReadOnlyList<string> Skipped)
{
    private static readonly XNamespace Trx = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";

    public static TestOutcome Read(string directory)
    {
        var results = (Directory.Exists(directory) ? Directory.GetFiles(directory, "*.trx") : [])
            .SelectMany(file => XDocument.Load(file).Descendants(Trx + "UnitTestResult"))
            .Select(result => (Name: (string?)result.Attribute("testName") ?? "?", Outcome: (string?)result.Attribute("outcome")))
            .ToList();
        return new TestOutcome(
            results.Count(r => r.Outcome == "Passed"),
            [.. results.Where(r => r.Outcome == "Failed").Select(r => r.Name)],
            [.. results.Where(r => r.Outcome == "NotExecuted").Select(r => r.Name)]);
    }
}
