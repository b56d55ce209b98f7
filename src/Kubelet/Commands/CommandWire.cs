using Grpc.Core;

using MiniK8s.Kubelet.Runtime;
using MiniK8s.Protocol.V1;

namespace MiniK8s.Kubelet.Commands;

/// <summary>The part of Exec and Attach that is alike: accepted, then streams both ways, then the result.</summary>
internal static class CommandWire
{
    /// <summary>Runs <paramref name="run"/> with streams that lead to the caller, and answers what came of it.</summary>
    /// <param name="start">Which streams the caller wants.</param>
    /// <param name="requests">Past the first message.</param>
    /// <param name="responses">Nothing has been sent yet.</param>
    /// <param name="run">The command; its token fires when the caller has left.</param>
    /// <param name="ct">The call's.</param>
    public static async Task RunAsync(
        CommandStart start, IAsyncStreamReader<CommandInput> requests, IServerStreamWriter<CommandOutput> responses,
        Func<ContainerStreams, CancellationToken, Task<CommandResult>> run, CancellationToken ct)
    {
        var output = new CommandOutputs(responses);
        await output.SendAsync(new() { Accepted = new() }, ct);
        var input = new CommandInputs(requests);
        await input.BeginAsync(ct);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var reading = input.RunAsync(ending.Token);
        try
        {
            var streams = new ContainerStreams(
                start.Stdin ? input.Stdin : null,
                start.Stdout ? output.Stdout : null,
                start is { Stderr: true, Tty: false } ? output.Stderr : null)
            {
                Window = input.Window,
            };
            var result = await run(streams, ending.Token);
            await output.SendAsync(new() { Result = result }, ct);
        }
        finally
        {
            await ending.CancelAsync();
            await reading;
        }
    }
}
