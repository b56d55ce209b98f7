using System.Text;

namespace MiniK8s.Kubelet.Tests.Simulation;

/// <summary>
/// Commands and what they print. <c>$ </c> begins a command and <c>> </c> goes on with it; then come stdout, stderr, and <c>[n]</c> for
/// an exit code other than 0. All commands of a file run
/// in one busybox container. MINIK8S_REWRITE=1 writes what happens into the files of the source tree, to be reviewed as a diff.
/// </summary>
public sealed class ShellScriptTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Simulation", "Scripts");

    public static TheoryData<string> Files => [.. Directory.EnumerateFiles(Folder, "*.txt").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Script_Run_PrintsWhatIsWritten(string file)
    {
        await using var lab = new SimLab();
        var container = await lab.StartAsync("busybox:1.36", "sleep", "1000000");
        var expected = (await File.ReadAllTextAsync(Path.Combine(Folder, file))).ReplaceLineEndings("\n");
        var actual = new StringBuilder();
        foreach (var (source, command) in Commands(expected))
        {
            var result = await lab.ExecAsync(container, command);
            actual.Append(source).Append(result.Output);
            if (result.Output.Length > 0 && !result.Output.EndsWith('\n')) actual.Append("%\n");
            if (result.ExitCode != 0) actual.Append($"[{result.ExitCode}]\n");
        }

        if (Environment.GetEnvironmentVariable("MINIK8S_REWRITE") == "1") await File.WriteAllTextAsync(Path.Combine(SourceFolder(), file), actual.ToString());
        Assert.Equal(expected, actual.ToString());
    }

    private static IEnumerable<(string Source, string Command)> Commands(string text)
    {
        var (source, command) = (new StringBuilder(), new StringBuilder());
        foreach (var line in text.Split('\n').Append("$ "))
        {
            var begins = line.StartsWith("$ ", StringComparison.Ordinal) || line.StartsWith('#');
            if (begins && command.Length > 0)
            {
                yield return (source.ToString(), command.ToString());
                source.Clear();
                command.Clear();
            }
            if (line.StartsWith('#')) source.Append(line).Append('\n');
            else if (line.StartsWith("$ ", StringComparison.Ordinal) || (line.StartsWith("> ", StringComparison.Ordinal) && command.Length > 0))
            {
                source.Append(line).Append('\n');
                command.Append(command.Length > 0 ? "\n" : "").Append(line.AsSpan(2));
            }
        }
    }

    private static string SourceFolder()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            var folder = Path.Combine(at.FullName, "tests", "Kubelet.Tests", "Simulation", "Scripts");
            if (Directory.Exists(folder) && !at.FullName.Contains("artifacts", StringComparison.Ordinal)) return folder;
        }
        throw new DirectoryNotFoundException("The source tree is not above the test.");
    }
}
