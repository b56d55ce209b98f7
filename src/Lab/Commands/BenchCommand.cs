using System.CommandLine;

namespace MiniK8s.Lab.Commands;

/// <summary><c>mk8s bench [NAME]</c>: the whole-cluster benchmarks in bench/Load.</summary>
internal static class BenchCommand
{
    public static Command Create()
    {
        var name = new Argument<string?>("NAME") { Description = "Only this benchmark", Arity = ArgumentArity.ZeroOrOne };
        var cells = new Argument<string[]>("CELL") { Description = "Only these rows of it, for those that can be taken apart (store: put/16/256, put, watch)" };
        var command = new Command("bench", "Run the benchmarks and print their tables") { name, cells };
        command.SetAction((parsed, ct) =>
        {
            string[] run = ["run", "--project", "bench/Load", "-c", "Release", "--", .. parsed.GetValue(name) is { } only ? new[] { only } : [], .. parsed.GetValue(cells)!];
            return Repository.DotnetAsync(run, ct);
        });
        return command;
    }
}
