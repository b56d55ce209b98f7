using MiniK8s.Lab.Processes;

using Spectre.Console;

namespace MiniK8s.Lab.Commands;

/// <summary>Tells the person at the terminal what happens.</summary>
internal sealed class ConsoleReporter : ILabReporter
{
    public void Died(string process, int exitCode, TimeSpan restartIn) => AnsiConsole.MarkupLineInterpolated(
        $"[red]{process}[/] ended with exit code {exitCode}; starting it again{(restartIn > TimeSpan.Zero ? $" in {restartIn.TotalSeconds:0.#} s" : "")}");

    public void Reached(string step) => AnsiConsole.MarkupLineInterpolated($"[green]✓[/] {step}");
}
