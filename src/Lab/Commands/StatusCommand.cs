using System.CommandLine;

using MiniK8s.Lab.Cluster;
using MiniK8s.Lab.Processes;

using Spectre.Console;

namespace MiniK8s.Lab.Commands;

/// <summary><c>mk8s status</c>: processes, ports, health, memory. Exit code 0 when a Pod could run, 1 otherwise.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var data = SharedOptions.Data();
        var command = new Command("status", "Show a cluster's processes, ports, health and memory") { data };
        command.SetAction(async (parsed, ct) =>
        {
            var folder = new LabFolder(parsed.GetValue(data)!, () => { });
            if (LabState.Read(folder.StateFile) is not { } state)
            {
                Console.WriteLine($"No lab runs in {folder.Root}; start one with `mk8s up`");
                return 1;
            }
            AnsiConsole.Write(LabView.Table(state));
            Console.WriteLine($"kubeconfig {state.Kubeconfig}");
            Console.WriteLine($"store      {BackendOf(state, folder)}");
            var unhealthy = await HealthProbe.UnhealthyAsync(state, folder, ct);
            foreach (var (process, answer) in unhealthy) Console.WriteLine($"{process}: {answer}");
            Console.WriteLine(state.Ready && unhealthy.Count == 0 ? "healthy" : "not ready");
            return state.Ready && unhealthy.Count == 0 ? 0 : 1;
        });
        return command;
    }

    // The store names its file after the engine, in its start-up log as well.
    private static string BackendOf(LabState state, LabFolder folder)
    {
        var data = folder.DataOf("store");
        var file = Directory.Exists(data) ? Directory.EnumerateFiles(data, "backend.*").Select(path => Path.GetExtension(path)).FirstOrDefault(name => name is ".litedb" or ".sqlite") : null;
        return file switch
        {
            ".litedb" => "backend LiteDB",
            ".sqlite" => "backend SQLite",
            _ => $"at {state.EtcdServers ?? "an address not known yet"}",
        };
    }
}
