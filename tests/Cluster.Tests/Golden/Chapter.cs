using System.Text.RegularExpressions;

namespace MiniK8s.Cluster.Tests.Golden;

/// <summary>A golden file: what a shell shows of a session, in the namespace that bears the chapter's name.</summary>
/// <remarks>
/// the line begins with | it is
/// ---------------------+----------------------------------------------------------------------------------------
/// <c>#</c> and a blank | a comment
/// <c>$</c> and a blank | a command; a here-document goes on to its end
/// <c>~$</c>, a blank   | a command that is repeated until it prints what is expected
/// <c>!</c> and a blank | a line of the command's standard error
/// <c>?</c> and a blank | its exit code, where that is not 0
/// <c>\</c>             | a line of its output that begins with one of these signs
/// anything else        | a line of its output; empty lines at the end do not count
/// </remarks>
internal sealed partial record Chapter(string Name, IReadOnlyList<Step> Steps)
{
    private const string Signs = "#$!?\\~";

    /// <summary>Reads a golden file; throws where a line stands in front of the first command.</summary>
    public static Chapter Parse(string name, string text)
    {
        var lines = new Queue<string>(text.TrimEnd('\n').Split('\n'));
        var steps = new List<Step>();
        while (lines.Count > 0) steps.Add(ReadStep(name, lines));
        return new Chapter(name, steps);
    }

    /// <summary>The text that <see cref="Parse"/> reads.</summary>
    public string Render() => string.Concat(Steps.SelectMany(Lines).Select(line => $"{line}\n"));

    private static Step ReadStep(string name, Queue<string> lines)
    {
        var heading = Take(lines, line => line.Length == 0 || IsComment(line)).Where(IsComment).ToList();
        if (lines.Count == 0 || !IsCommand(lines.Peek())) throw new FormatException($"{name}: no command after {string.Join('\n', heading)}");

        var isRepeated = lines.Peek()[0] == '~';
        var command = ReadCommand(lines);
        var printed = Take(lines, line => !IsCommand(line) && !IsComment(line));
        return new Step(heading, command, isRepeated, Read(printed));
    }

    private static string ReadCommand(Queue<string> lines)
    {
        var line = lines.Dequeue();
        var command = line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..];
        if (HereDocument().Match(command) is not { Success: true } here) return command;
        var body = Take(lines, text => text != here.Groups[1].Value);
        return string.Join('\n', [command, .. body, lines.Dequeue()]);
    }

    private static Printed Read(List<string> lines)
    {
        var (output, error, exitCode) = (new List<string>(), new List<string>(), 0);
        foreach (var line in lines)
        {
            if (line.StartsWith("! ", StringComparison.Ordinal)) error.Add(line[2..]);
            else if (line == "!") error.Add("");
            else if (line.StartsWith("? ", StringComparison.Ordinal)) exitCode = int.Parse(line[2..]);
            else output.Add(line.StartsWith('\\') ? line[1..] : line);
        }
        return new Printed(string.Join('\n', output).TrimEnd('\n'), string.Join('\n', error), exitCode);
    }

    private static IEnumerable<string> Lines(Step step, int index)
    {
        if (index > 0) yield return "";
        foreach (var line in step.Heading) yield return line;
        yield return $"{(step.IsRepeated ? "~$" : "$")} {step.Command}";
        foreach (var line in LinesOf(step.Expected.Output)) yield return line.Length > 0 && Signs.Contains(line[0]) ? $"\\{line}" : line;
        foreach (var line in LinesOf(step.Expected.Error)) yield return line.Length > 0 ? $"! {line}" : "!";
        if (step.Expected.ExitCode != 0) yield return $"? {step.Expected.ExitCode}";
    }

    private static string[] LinesOf(string text) => text.Length == 0 ? [] : text.Split('\n');

    private static bool IsComment(string line) => line.StartsWith("# ", StringComparison.Ordinal);

    private static bool IsCommand(string line) => line.StartsWith("$ ", StringComparison.Ordinal) || line.StartsWith("~$ ", StringComparison.Ordinal);

    private static List<string> Take(Queue<string> lines, Func<string, bool> fits)
    {
        var taken = new List<string>();
        while (lines.TryPeek(out var line) && fits(line)) taken.Add(lines.Dequeue());
        return taken;
    }

    [GeneratedRegex(@"<<'?(\w+)'?")]
    private static partial Regex HereDocument();
}
