using System.Text.RegularExpressions;

namespace MiniK8s.Cluster.Tests.Mistakes;

/// <summary>One thing that users get wrong, and what kubectl then prints.</summary>
/// <param name="Name">What is wrong.</param>
/// <param name="Arguments">Of kubectl.</param>
/// <param name="Input">Its standard input; "" is none.</param>
/// <param name="Message">Its standard error, line by line, without the blanks at their ends.</param>
internal sealed partial record Mistake(string Name, IReadOnlyList<string> Arguments, string Input, string Message)
{
    private const string Command = "$ kubectl ";
    private const string Says = "=>";
    private const string More = "\n...";

    /// <summary>The catalogue's files; each is about one sort of mistakes.</summary>
    public static IReadOnlyList<string> Groups { get; } =
        [.. Directory.GetFiles(Folder, "*.txt").Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal)];

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Mistakes");

    /// <summary>The manifest of what a group expects to be there; null is nothing.</summary>
    public static string? SetupOf(string group) => Path.Combine(Folder, $"{group}.yaml") is var file && File.Exists(file) ? file : null;

    /// <summary>Reads one file of the catalogue.</summary>
    /// <remarks>
    /// <code>
    /// # Text for readers.
    ///
    /// ## what is wrong
    /// $ kubectl replace -f -           without it: create -f -
    /// the manifest, as many lines as it takes
    /// => what kubectl prints, as many lines as it takes
    /// </code>
    /// NS stands for the namespace. A last line "=> ..." says that more follows which Kubernetes does not promise, such as the difference of two specs.
    /// </remarks>
    public static IReadOnlyList<Mistake> In(string group, string ns)
    {
        var text = File.ReadAllText(Path.Combine(Folder, $"{group}.txt"));
        return [.. text.Replace("\r", "", StringComparison.Ordinal).Split("\n## ").Skip(1).Select(part => Parse(Namespace().Replace(part, ns)))];
    }

    /// <summary>Whether kubectl said that, and nothing else unless the message ends with "...".</summary>
    public bool IsToldBy(string error) => Message.EndsWith(More, StringComparison.Ordinal)
        ? Trimmed(error).StartsWith(Message[..^More.Length], StringComparison.Ordinal) : Trimmed(error) == Message;

    /// <summary>A text without the blanks at the ends of its lines, and without empty lines at its end.</summary>
    public static string Trimmed(string text) => string.Join('\n', text.TrimEnd().Split('\n').Select(line => line.TrimEnd()));

    private static Mistake Parse(string part)
    {
        var lines = part.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var command = lines.FirstOrDefault(line => line.StartsWith(Command, StringComparison.Ordinal));
        var said = lines.Where(line => line.StartsWith(Says, StringComparison.Ordinal)).Select(line => line[Says.Length..].TrimStart());
        var input = lines.Skip(1).Where(line => line != command && !line.StartsWith(Says, StringComparison.Ordinal));
        return new Mistake(lines[0], Words(command?[Command.Length..] ?? "create -f -"), string.Join('\n', input), Trimmed(string.Join('\n', said)));
    }

    // As a shell splits them: '...' is one word.
    private static string[] Words(string command) => [.. Word().Matches(command).Select(match => match.Value.Replace("'", "", StringComparison.Ordinal))];

    [GeneratedRegex(@"(?:'[^']*'|\S)+")]
    private static partial Regex Word();

    [GeneratedRegex(@"\bNS\b")]
    private static partial Regex Namespace();
}
