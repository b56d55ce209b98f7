using System.CommandLine;

using MiniK8s.Lab.Cluster;
using MiniK8s.Lab.Processes;

namespace MiniK8s.Lab.Commands.Why;

/// <summary><c>mk8s why pod/NAME</c>: what the scheduler made of each node when it last tried the Pod. Exit code 1 when there is no such Pod.</summary>
internal static class WhyCommand
{
    private const string DefaultScheduler = "http://127.0.0.1:10260";

    private static readonly string[] PodWords = ["pod", "pods", "po"];

    public static Command Create(TimeProvider time)
    {
        var pod = new Argument<string>("POD") { Description = "For example pod/web" };
        pod.Validators.Add(result =>
        {
            if (NameOf(result.Tokens[0].Value) is null) result.AddError($"{result.Tokens[0].Value} is no Pod's name, such as pod/web");
        });
        var ns = new Option<string>("--namespace", "-n") { Description = "The Pod's namespace", DefaultValueFactory = _ => "default" };
        var all = new Option<bool>("--all") { Description = "Show every node, however many" };
        var scheduler = new Option<Uri?>("--scheduler")
        {
            Description = $"The scheduler's gRPC port. Default: that of the lab in --data, else {DefaultScheduler}",
            CustomParser = SharedOptions.ParseUri,
        };
        var kubeconfig = new Option<string?>("--kubeconfig") { Description = "How the apiserver is reached. Default: that of the lab in --data" };
        var data = SharedOptions.Data();
        var command = new Command("why", "Tell why a Pod went to its node, or to none: each node's verdicts and scores as the scheduler last saw them")
        {
            pod, ns, all, scheduler, kubeconfig, data,
        };
        command.SetAction(async (parsed, ct) =>
        {
            var terminal = parsed.InvocationConfiguration;
            var folder = new LabFolder(parsed.GetValue(data)!, () => { });
            var address = parsed.GetValue(scheduler) ?? SchedulerOf(LabState.Read(folder.StateFile)) ?? new Uri(DefaultScheduler);
            try
            {
                var source = new WhySource(address, parsed.GetValue(kubeconfig) ?? folder.Kubeconfig, time);
                var known = await source.AskAsync(parsed.GetValue(ns)!, NameOf(parsed.GetValue(pod)!)!, ct);
                await terminal.Output.WriteAsync(WhyText.Of(known, parsed.GetValue(all)).AsMemory(), ct);
                return 0;
            }
            catch (LabException exception)
            {
                await terminal.Error.WriteLineAsync(exception.Message);
                return 1;
            }
        });
        return command;
    }

    // pod/web and web are web; null for anything else.
    private static string? NameOf(string written) => written.Split('/') switch
    {
        [{ Length: > 0 } name] => name,
        [var word, { Length: > 0 } name] when PodWords.Contains(word) => name,
        _ => null,
    };

    private static Uri? SchedulerOf(LabState? state) => state?.Processes.FirstOrDefault(process => process.Name == "scheduler")?.Ports is { } ports
        && ports.TryGetValue("grpc-port", out var port) ? new Uri($"http://127.0.0.1:{port}") : null;
}
