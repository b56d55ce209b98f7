using System.CommandLine;

using MiniK8s.Lab.Cluster;

namespace MiniK8s.Lab.Commands;

/// <summary><c>mk8s probe URL</c>: exit code 0 when the page answers with success; docker compose's health checks, where there is no curl.</summary>
internal static class ProbeCommand
{
    public static Command Create()
    {
        var url = new Argument<Uri>("URL") { Description = "What to ask, for example http://127.0.0.1:2381/readyz", CustomParser = SharedOptions.ParseUri };
        var authority = new Option<string?>("--ca") { Description = "The certificate authority to trust for https" };
        var command = new Command("probe", "Ask a process for its health") { url, authority };
        command.SetAction(async (parsed, ct) =>
        {
            using var client = HealthProbe.Client(parsed.GetValue(authority));
            var (isHealthy, answer) = await HealthProbe.AskAsync(client, parsed.GetValue(url)!, ct);
            Console.WriteLine(answer);
            return isHealthy ? 0 : 1;
        });
        return command;
    }
}
