using System.CommandLine;

namespace MiniK8s.Lab.Commands;

/// <summary><c>mk8s bench [NAME]</c>: the whole-cluster benchmarks in bench/Load.</summary>
internal static class BenchCommand
{
    public static Command Create()
    {
        var name = new Argument<string?>("NAME") { Description = "Only this benchmark", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("bench", "Run the benchmarks and print their tables") { name };
        command.SetAction((parsed, ct) =>
        {
            string[] run = ["run", "--project", "bench/Load", "-c", "Release", "--", .. parsed.GetValue(name) is { } only ? new[] { only } : []];
            return Repository.DotnetAsync(run, ct);
        });
        return command;
    }
}
