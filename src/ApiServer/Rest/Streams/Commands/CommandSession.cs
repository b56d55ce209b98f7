using Google.Protobuf;

using Grpc.Core;

using MiniK8s.Protocol.V1;

namespace MiniK8s.ApiServer.Rest.Streams.Commands;

/// <summary>Joins a command's user and its kubelet until one of them has had enough.</summary>
/// <remarks>
/// who ends it                        | what follows
/// -----------------------------------+--------------------------------------------------------------
/// the command                        | the result goes to the user, then the connection is closed
/// the kubelet, without a result      | the user is told of an internal error
/// the user, or four hours of silence | the call is given up, which kills an exec's command
/// </remarks>
internal sealed class CommandSession(KubeletCommand command, ICommandClient client, CommandOptions options, IdleWatch idle)
{
    private const int MaxPiece = 32 << 10;

    /// <summary>Runs it to its end. The kubelet has accepted; the user's streams are open.</summary>
    /// <exception cref="OperationCanceledException">The process is stopping.</exception>
    public async Task RunAsync(CancellationToken ct)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(ct, client.Gone, idle.Ended);
        Task[] sending = [];
        CommandEnd? end = null;
        try
        {
            await command.SendAsync(new() { Begin = new() }, ending.Token);
            sending = [.. Senders(ending.Token)];
            end = await CopyOutputAsync(ending.Token);
        }
        catch (Exception ex) when (ex is IOException or OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled } && ending.IsCancellationRequested)
        {
            ct.ThrowIfCancellationRequested();
            return;                                 // nobody is left to be told
        }
        catch (IOException)
        {
            return;                                 // the user left in the middle of a write
        }
        catch (RpcException ex)
        {
            end = new CommandEnd.Failed(ex.Status.Detail);
        }
        finally
        {
            await ending.CancelAsync();
            await Task.WhenAll(sending);
        }
        await TellAsync(end);
    }

    private IEnumerable<Task> Senders(CancellationToken ct)
    {
        if (options.Stdin) yield return SendStdinAsync(ct);
        if (options.Tty) yield return SendSizesAsync(ct);
    }

    private async Task<CommandEnd> CopyOutputAsync(CancellationToken ct)
    {
        await foreach (var output in command.OutputAsync(ct))
        {
            idle.Touch();
            switch (output.PartCase)
            {
                case CommandOutput.PartOneofCase.Stdout:
                    await client.WriteAsync(CommandStream.Stdout, output.Stdout.Memory, ct);
                    break;
                case CommandOutput.PartOneofCase.Stderr:
                    await client.WriteAsync(CommandStream.Stderr, output.Stderr.Memory, ct);
                    break;
                case CommandOutput.PartOneofCase.Result when output.Result.Failure.Length > 0:
                    return new CommandEnd.Failed(output.Result.Failure);
                case CommandOutput.PartOneofCase.Result:
                    return new CommandEnd.Exited(output.Result.ExitCode, options.Command);
            }
        }
        return new CommandEnd.Failed("the kubelet ended the stream without a result");
    }

    private Task SendStdinAsync(CancellationToken ct) => UntilOverAsync(async () =>
    {
        var buffer = new byte[MaxPiece];
        while (await client.Stdin.ReadAsync(buffer, ct) is var count and > 0)
        {
            idle.Touch();
            await command.SendAsync(new() { Stdin = ByteString.CopyFrom(buffer, 0, count) }, ct);
        }
        await command.SendAsync(new() { StdinClosed = new() }, ct);
    });

    private Task SendSizesAsync(CancellationToken ct) => UntilOverAsync(async () =>
    {
        await foreach (var size in client.Sizes.ReadAllAsync(ct)) await command.SendAsync(new() { Resize = size }, ct);
    });

    // Input that nobody takes any more is no failure: the other direction knows how the command ended.
    private static async Task UntilOverAsync(Func<Task> send)
    {
        try
        {
            await send();
        }
        catch (Exception ex) when (ex is IOException or OperationCanceledException or RpcException or InvalidOperationException)
        {
        }
    }

    private async Task TellAsync(CommandEnd end)
    {
        try
        {
            await client.EndAsync(end, idle.Ended);
        }
        catch (Exception ex) when (ex is IOException or OperationCanceledException)
        {
            // The user has left without waiting for it, or takes nothing any more.
        }
    }
}
