using System.CommandLine;
using System.Diagnostics;
using System.Runtime.InteropServices;

using MiniK8s.Lab.Cluster;
using MiniK8s.Lab.Processes;

namespace MiniK8s.Lab.Commands;

/// <summary><c>mk8s up</c>: starts a lab and keeps it running, in the foreground or, with --detach, behind.</summary>
internal static class UpCommand
{
    public static Command Create(TimeProvider time)
    {
        var data = SharedOptions.Data();
        var nodes = new Option<int>("--nodes") { Description = "How many nodes, one kubelet process each", DefaultValueFactory = _ => 2 };
        var detach = new Option<bool>("--detach", "-d") { Description = "Return once a Pod could run; stop with `mk8s down`" };
        var ports = new Option<string>("--ports") { Description = "default: Kubernetes' own ports; auto: any free ones", DefaultValueFactory = _ => "default" };
        ports.AcceptOnlyFromAmong("default", "auto");
        var etcd = new Option<string?>("--etcd-servers") { Description = "A real etcd to use instead of the lab's own store" };
        var images = new Option<string?>("--images") { Description = "A folder with more images for the simulated runtime" };
        var maxPods = new Option<int?>("--max-pods") { Description = "How many Pods a node takes (the kubelet's own default is 110)" };
        var detached = new Option<bool>("--detached") { Hidden = true };
        nodes.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 0 or > LabOptions.MaxNodes) result.AddError($"--nodes must be between 0 and {LabOptions.MaxNodes}");
        });

        var command = new Command("up", "Start a cluster: store, apiserver, scheduler, controller-manager and one kubelet per node")
        {
            data, nodes, detach, ports, etcd, images, maxPods, detached,
        };
        command.SetAction((parsed, ct) =>
        {
            var options = new LabOptions(
                parsed.GetValue(data)!, parsed.GetValue(nodes), parsed.GetValue(ports) == "auto", parsed.GetValue(etcd), parsed.GetValue(images),
                parsed.GetValue(maxPods));
            return parsed.GetValue(detach)
                ? DetachAsync(options, [.. parsed.Tokens.Select(t => t.Value).Where(t => t is not ("up" or "--detach" or "-d"))], time, ct)
                : RunAsync(options, isDetached: parsed.GetValue(detached), time, ct);
        });
        return command;
    }

    private static async Task<int> RunAsync(LabOptions options, bool isDetached, TimeProvider time, CancellationToken ct)
    {
        // A detached lab must outlive the terminal that started it.
        using var hangup = isDetached && !OperatingSystem.IsWindows()
            ? PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => context.Cancel = true)
            : null;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        ILabReporter reporter = isDetached ? new SilentReporter() : new ConsoleReporter();
        Task<System.IO.Pipes.NamedPipeServerStream>? control = null;
        var lab = new RunningLab(options, reporter, time);
        try
        {
            lab.TakeFolder();
            control = LabControl.WaitForStopAsync(options.Data, stop.Token);
            await StartAsync(lab, control, stop);
            if (!control.IsCompleted && !isDetached) await LabView.ShowAsync(lab, control, time, stop.Token);
            else await control;
            return 0;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return 0;
        }
        catch (LabException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return 1;
        }
        finally
        {
            await lab.DisposeAsync();
            await stop.CancelAsync();
            if (control is { IsCompletedSuccessfully: true }) await (await control).DisposeAsync();
        }
    }

    // Asked to stop while still starting: the start is abandoned, its processes are stopped by the caller. It has to be over by then, or it
    // would start another one, or write of one, behind the caller's back.
    private static async Task StartAsync(RunningLab lab, Task asked, CancellationTokenSource stop)
    {
        var start = lab.StartAsync(stop.Token);
        if (await Task.WhenAny(start, asked) != start)
        {
            await stop.CancelAsync();
            await start.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }
        await start;
    }

    private static async Task<int> DetachAsync(LabOptions options, string[] arguments, TimeProvider time, CancellationToken ct)
    {
        var state = new LabFolder(options.Data, () => { }).StateFile;
        using var lab = StartDetached(arguments);
        while (!lab.HasExited)
        {
            // A lab that was killed has left its own file behind, which says of another process that it is ready.
            if (LabState.Read(state) is { Ready: true } ready && ready.Pid == lab.Id)
            {
                LabView.PrintNextSteps(ready);
                return 0;
            }
            await Task.Delay(TimeSpan.FromMilliseconds(30), time, ct);
        }
        await Console.Error.WriteAsync(await lab.StandardError.ReadToEndAsync(ct));
        return lab.ExitCode == 0 ? 1 : lab.ExitCode;
    }

    private static Process StartDetached(string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet") start.ArgumentList.Add(typeof(UpCommand).Assembly.Location);
        foreach (var argument in (string[])["up", "--detached", .. arguments]) start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    private sealed class SilentReporter : ILabReporter
    {
        public void Died(string process, int exitCode, TimeSpan restartIn) { }

        public void Reached(string step) { }
    }
}
