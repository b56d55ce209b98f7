using System.CommandLine;

namespace MiniK8s.Lab.Commands;

/// <summary><c>mk8s test [FILTER]</c>: every test, as CI runs them; its last line is `N passed, N failed, N skipped`.</summary>
internal static class TestCommand
{
    public static Command Create()
    {
        var filter = new Argument<string?>("FILTER") { Description = "Only tests whose full name contains this", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("test", "Run every test") { filter };
        command.SetAction(async (parsed, ct) =>
        {
            var results = Path.Combine(Repository.Root(), "artifacts", "test-results");
            if (Directory.Exists(results)) Directory.Delete(results, recursive: true);
            // One project at a time: the suites that start real processes measure time, and two cores are few.
            string[] arguments = ["test", "MiniK8s.sln", "-c", "Release", "--nologo", "-m:1", "-v", "quiet", "--logger", "trx", "--logger", "console;verbosity=minimal", "--results-directory", results];
            if (parsed.GetValue(filter) is { } name) arguments = [.. arguments, "--filter", $"FullyQualifiedName~{name}"];
            var exitCode = await Repository.DotnetAsync(arguments, ct);

            var outcome = TestOutcome.Read(results);
            foreach (var skipped in outcome.Skipped) Console.WriteLine($"passed over: {skipped}");
            foreach (var failed in outcome.Failed) Console.WriteLine($"FAILED: {failed}");
            Console.WriteLine($"{outcome.Passed} passed, {outcome.Failed.Count} failed, {outcome.Skipped.Count} skipped");
            return outcome.Failed.Count > 0 ? 1 : exitCode;
        });
        return command;
    }
}
