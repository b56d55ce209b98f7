using System.Xml.Linq;

namespace MiniK8s.Lab.Commands;

/// <summary>What the test projects' result files (.trx) say, taken together.</summary>
/// <param name="Passed">How many passed.</param>
/// <param name="Failed">Each that failed, and on the lines below it why: a log that was cut short from its beginning still tells.</param>
/// <param name="Skipped">Each that was passed over.</param>
internal sealed record TestOutcome(int Passed, IReadOnlyList<string> Failed, IReadOnlyList<string> Skipped)
{
    // Of a failure's text: what differed, and where. The whole stands with its project's output.
    private const int MostLines = 12;

    private static readonly XNamespace Trx = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";

    public static TestOutcome Read(string directory)
    {
        var results = (Directory.Exists(directory) ? Directory.GetFiles(directory, "*.trx") : [])
            .SelectMany(file => XDocument.Load(file).Descendants(Trx + "UnitTestResult"))
            .Select(result => (Name: (string?)result.Attribute("testName") ?? "?", Outcome: (string?)result.Attribute("outcome"), Why: Why(result)))
            .ToList();
        return new TestOutcome(
            results.Count(r => r.Outcome == "Passed"),
            [.. results.Where(r => r.Outcome == "Failed").Select(r => r.Name + r.Why)],
            [.. results.Where(r => r.Outcome == "NotExecuted").Select(r => r.Name)]);
    }

    private static string Why(XElement result)
    {
        var texts = result.Descendants(Trx + "ErrorInfo").Elements().Select(element => element.Value);
        return string.Concat(texts.SelectMany(text => text.ReplaceLineEndings("\n").Split('\n').Take(MostLines)).Select(line => $"\n    {line}"));
    }
}
