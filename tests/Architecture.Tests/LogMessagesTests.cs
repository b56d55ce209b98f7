using System.Text.RegularExpressions;

namespace MiniK8s.Architecture.Tests;

public sealed partial class LogMessagesTests
{
    /// <summary>Serilog takes the @ of an escaped parameter for its own, and leaves the place in the line as it stands: "get {Object}: 200".</summary>
    [Fact]
    public void Parameters_OfLogMethods_AreNoEscapedKeywords()
    {
        var escaped = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal))
            .SelectMany(file => LogMethod().Matches(File.ReadAllText(file)).Where(method => method.Value.Contains('@')).Select(method => $"{file}: {method.Value}"));

        Assert.Empty(escaped);
    }

    [GeneratedRegex(@"partial void Log\w+\([^)]*\)")]
    private static partial Regex LogMethod();
}
