using System.CommandLine;

using MiniK8s.Lab.Cluster;

namespace MiniK8s.Lab.Commands;

/// <summary><c>mk8s down</c>: stops a lab and returns when its last process has ended. Data stays.</summary>
internal static class DownCommand
{
    public static Command Create()
    {
        var data = SharedOptions.Data();
        var command = new Command("down", "Stop a cluster; its data stays for the next `up`") { data };
        command.SetAction(async (parsed, ct) =>
        {
            if (await LabControl.StopAsync(parsed.GetValue(data)!, ct)) return 0;
            Console.WriteLine($"No lab runs in {Path.GetFullPath(parsed.GetValue(data)!)}");
            return 0;
        });
        return command;
    }
}
