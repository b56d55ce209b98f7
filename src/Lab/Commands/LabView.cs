using System.Diagnostics;

using MiniK8s.Lab.Cluster;

using Spectre.Console;

namespace MiniK8s.Lab.Commands;

/// <summary>What a lab looks like on a terminal.</summary>
internal static class LabView
{
    private static readonly TimeSpan RefreshPeriod = TimeSpan.FromSeconds(1);

    /// <summary>Shows the lab until <paramref name="until"/> completes: a live table on a terminal, two lines elsewhere.</summary>
    public static async Task ShowAsync(RunningLab lab, Task until, TimeProvider time, CancellationToken ct)
    {
        PrintNextSteps(lab.State);
        if (!AnsiConsole.Profile.Capabilities.Interactive)
        {
            await until;
            return;
        }
        await AnsiConsole.Live(Table(lab.State)).StartAsync(async live =>
        {
            while (!until.IsCompleted)
            {
                live.UpdateTarget(Table(lab.State));
                await Task.WhenAny(until, Task.Delay(RefreshPeriod, time, ct));
                ct.ThrowIfCancellationRequested();
            }
        });
        await until;
    }

    /// <summary>The two lines a user needs next.</summary>
    public static void PrintNextSteps(LabState state)
    {
        Console.WriteLine($"export KUBECONFIG={state.Kubeconfig}");
        Console.WriteLine($"grpcurl -plaintext 127.0.0.1:{state.PortOf("apiserver", "insecure-grpc-port")} list");
    }

    public static Table Table(LabState state)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("process", "pid", "state", "ports", "memory", "restarts");
        foreach (var process in state.Processes)
        {
            var memory = MemoryOf(process.Pid);
            table.AddRow(
                process.Name,
                $"{process.Pid}",
                memory is null ? "[red]not running[/]" : "[green]running[/]",
                string.Join(' ', process.Ports.Values),
                memory is { } bytes ? $"{bytes / (1024 * 1024)} MiB" : "-",
                $"{process.Restarts}");
        }
        return table;
    }

    // Null: no such process.
    private static long? MemoryOf(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return process.WorkingSet64;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }
}
