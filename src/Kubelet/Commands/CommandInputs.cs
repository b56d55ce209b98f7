using System.IO.Pipelines;

using Grpc.Core;

using MiniK8s.Kubelet.Api;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Protocol.V1;

namespace MiniK8s.Kubelet.Commands;

/// <summary>What the caller of a command sends, taken apart: bytes of standard input, and sizes of the terminal.</summary>
/// <remarks>
/// Up to 64 KiB of input wait for the command; beyond that nothing more is read off the wire, sizes included, and the caller waits in turn.
/// </remarks>
internal sealed class CommandInputs(IAsyncStreamReader<CommandInput> requests)
{
    private readonly Pipe _stdin = new(new(pauseWriterThreshold: 64 << 10, resumeWriterThreshold: 32 << 10, useSynchronizationContext: false));
    private Stream? _stream;
    private bool _isClosed;

    /// <summary>Ends when the caller says so, and when it sends no more at all.</summary>
    public Stream Stdin => _stream ??= _stdin.Reader.AsStream();

    public TerminalWindow Window { get; } = new();

    /// <summary>Waits until the caller is ready for output.</summary>
    /// <exception cref="RpcException">Something else came.</exception>
    public async Task BeginAsync(CancellationToken ct)
    {
        if (!await requests.MoveNext(ct) || requests.Current.Begin is null) throw KubeletErrors.OutOfOrder("begin");
    }

    /// <summary>Reads until the caller sends no more, has left, or the token fires; throws nothing.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        try
        {
            while (await requests.MoveNext(ct)) await TakeAsync(requests.Current, ct);
        }
        catch (Exception ex) when (ex is OperationCanceledException or IOException or RpcException)
        {
            // The caller has left, or nobody needs its input any more: either way this was the end of it.
        }
        finally
        {
            await _stdin.Writer.CompleteAsync();
        }
    }

    private async ValueTask TakeAsync(CommandInput input, CancellationToken ct)
    {
        switch (input.PartCase)
        {
            case CommandInput.PartOneofCase.Stdin:
                if (!_isClosed) await _stdin.Writer.WriteAsync(input.Stdin.Memory, ct);
                break;
            case CommandInput.PartOneofCase.StdinClosed:
                _isClosed = true;
                await _stdin.Writer.CompleteAsync();
                break;
            case CommandInput.PartOneofCase.Resize:
                Window.Size = (Bounded(input.Resize.Width), Bounded(input.Resize.Height));
                break;
        }
    }

    private static int Bounded(uint cells) => (int)uint.Min(cells, ushort.MaxValue);
}
