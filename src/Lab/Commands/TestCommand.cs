using System.Collections.Concurrent;
using System.CommandLine;

namespace MiniK8s.Lab.Commands;

/// <summary><c>mk8s test [FILTER]</c>: every test, as CI runs them; its last line is `N passed, N failed, N skipped`.</summary>
internal static class TestCommand
{
    // Suites of real processes wait much of their time, so a second one finds room; a third would have the waits of all overstretched.
    private const int ProjectsAtOnce = 2;

    public static Command Create()
    {
        var filter = new Argument<string?>("FILTER") { Description = "Only tests whose full name contains this", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("test", "Run every test") { filter };
        command.SetAction(async (parsed, ct) =>
        {
            var results = Path.Combine(Repository.Root(), "artifacts", "test-results");
            if (Directory.Exists(results)) Directory.Delete(results, recursive: true);
            var built = await Repository.DotnetAsync(["build", "MiniK8s.sln", "-c", "Release", "-nologo", "-v", "quiet", "-clp:NoSummary"], ct);
            if (built != 0) return built;
            var exitCode = await RunAsync(results, parsed.GetValue(filter), ct);

            var outcome = TestOutcome.Read(results);
            foreach (var skipped in outcome.Skipped) Console.WriteLine($"passed over: {skipped}");
            foreach (var failed in outcome.Failed) Console.WriteLine($"FAILED: {failed}");
            Console.WriteLine($"{outcome.Passed} passed, {outcome.Failed.Count} failed, {outcome.Skipped.Count} skipped");
            return outcome.Failed.Count > 0 ? 1 : exitCode;
        });
        return command;
    }

    // Zero if every project's is.
    private static async Task<int> RunAsync(string results, string? filter, CancellationToken ct)
    {
        var exitCodes = new ConcurrentBag<int>();
        var projects = TestProjects.LongestFirst(TestProjects.In(Repository.Root()));
        await Parallel.ForEachAsync(projects, new ParallelOptions { MaxDegreeOfParallelism = ProjectsAtOnce, CancellationToken = ct }, async (project, stop) =>
        {
            string[] arguments =
            [
                "test", TestProjects.AssemblyOf(Repository.Root(), project), "--nologo", "--logger", $"trx;LogFileName={project}.trx",
                "--logger", "console;verbosity=minimal", "--results-directory", results,
            ];
            if (filter is not null) arguments = [.. arguments, "--filter", $"FullyQualifiedName~{filter}"];
            var (exitCode, output) = await Repository.DotnetOutputAsync(arguments, stop);
            Report(exitCode, output.Trim());
            exitCodes.Add(exitCode);
        });
        return exitCodes.FirstOrDefault(code => code != 0);
    }

    // A project that fails is heard to the end, in one piece. Of the others the last line says enough, unless the filter found nothing there.
    private static void Report(int exitCode, string output)
    {
        var summary = output.Split('\n')[^1];
        if (exitCode != 0) Console.WriteLine(output);
        else if (!summary.StartsWith("Results File:", StringComparison.Ordinal)) Console.WriteLine(summary);
    }
}
