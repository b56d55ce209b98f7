using System.Text;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation;

internal sealed partial class SimulatedRuntime
{
    private const int MaxOutput = 16 << 20;

    public async Task<ExecResult> ExecSyncAsync(string containerId, IReadOnlyList<string> command, TimeSpan timeout, CancellationToken ct)
    {
        var (stdout, stderr) = (new CollectingFile(MaxOutput), new CollectingFile(MaxOutput));
        var process = Container(containerId).Exec(command, new DescriptorTable(new NullFile(), stdout, stderr));
        var timedOut = false;
        try
        {
            if (timeout <= TimeSpan.Zero) await process.Exited.WaitAsync(ct);
            else await process.Exited.WaitAsync(timeout, Time, ct);
        }
        catch (TimeoutException)
        {
            timedOut = true;
            process.Die(Signals.Kill);
        }
        catch (OperationCanceledException)
        {
            process.Die(Signals.Kill);
            throw;
        }
        var status = await process.Exited;
        return new ExecResult(status.Code, Encoding.UTF8.GetString(stdout.Bytes), Encoding.UTF8.GetString(stderr.Bytes), timedOut);
    }

    public async Task<int> ExecAsync(string containerId, ExecRequest request, ContainerStreams streams, CancellationToken ct)
    {
        var output = streams.Stdout is null ? (OpenFile)new NullFile() : new StreamFile(streams.Stdout);
        var input = streams.Stdin is null ? (OpenFile)new NullFile() : new StreamFile(streams.Stdin);
        var descriptors = request.Tty
            ? new DescriptorTable(new TerminalFile(input, output, () => streams.Window), new TerminalFile(output.Retain()), new TerminalFile(output.Retain()))
            : new DescriptorTable(input, output, streams.Stderr is null ? new NullFile() : new StreamFile(streams.Stderr));
        var process = Container(containerId).Exec(request.Command, descriptors, request.Tty);
        await using var killing = ct.Register(() => process.Die(Signals.Kill));
        var status = await process.Exited;
        ct.ThrowIfCancellationRequested();
        return status.Code;
    }

    public async Task AttachAsync(string containerId, ContainerStreams streams, CancellationToken ct)
    {
        var container = Container(containerId);
        if (container.Status.State != ContainerState.Running)
            throw new RuntimeException(RuntimeErrorCode.FailedPrecondition, $"container \"{containerId}\" is not running");
        container.Attached.Add(streams);
        container.Window = streams.Window ?? container.Window;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var typing = container.TypeAsync(streams.Stdin, ending.Token);
        try
        {
            await container.Ended.WaitAsync(ct);
        }
        finally
        {
            container.Attached.Remove(streams);
            await ending.CancelAsync();
            await typing;
        }
    }
}
