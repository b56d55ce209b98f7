using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Simulation.Files;

namespace MiniK8s.Kubelet.Simulation;

/// <summary>
/// A terminal over another file: line ends go out as CR LF, and come in from CR; what is typed is echoed and can be erased until the line
/// is sent. Ctrl-D ends the input.
/// </summary>
/// <param name="inner">Where the bytes come from or go to.</param>
/// <param name="echo">Where typed characters are shown; null for an output.</param>
/// <param name="window">Finds its user's window; null, also from the call: there is none.</param>
internal sealed class TerminalFile(OpenFile inner, OpenFile? echo = null, Func<TerminalWindow?>? window = null) : OpenFile
{
    private const int MaxLine = 4096;
    private readonly Queue<byte> _ready = new();
    private readonly List<byte> _line = [];
    private bool _ended;

    public override bool IsTerminal => true;

    /// <summary>0 by 0 where it is not known.</summary>
    public (int Columns, int Rows) Size => window?.Invoke()?.Size ?? default;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken ct)
    {
        var chunk = new byte[256];
        while (_ready.Count == 0 && !_ended)
        {
            var count = await inner.ReadAsync(chunk, ct);
            if (count == 0) _ended = true;
            for (var i = 0; i < count; i++) await TypeAsync(chunk[i], ct);
            if (count == 0) Send();
        }
        var read = 0;
        while (read < buffer.Length && _ready.TryDequeue(out var next)) buffer.Span[read++] = next;
        return read;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken ct)
    {
        if (data.Span.IndexOf((byte)'\n') < 0) return inner.WriteAsync(data, ct);
        var output = new List<byte>(data.Length + 8);
        foreach (var b in data.Span)
        {
            if (b == '\n') output.Add((byte)'\r');
            output.Add(b);
        }
        return inner.WriteAsync(output.ToArray(), ct);
    }

    protected override void OnClose() => inner.Release();

    private async ValueTask TypeAsync(byte typed, CancellationToken ct)
    {
        switch (typed)
        {
            case (byte)'\r' or (byte)'\n':
                _line.Add((byte)'\n');
                await EchoAsync("\r\n"u8.ToArray(), ct);
                Send();
                break;
            case 4:                                 // Ctrl-D: the end, if nothing has been typed
                if (_line.Count == 0) _ended = true;
                Send();
                break;
            case 3:                                 // Ctrl-C: the line is dropped
                _line.Clear();
                await EchoAsync("^C\r\n"u8.ToArray(), ct);
                _line.Add((byte)'\n');
                Send();
                break;
            case 8 or 127:
                if (_line.Count == 0) break;
                _line.RemoveAt(_line.Count - 1);
                await EchoAsync("\b \b"u8.ToArray(), ct);
                break;
            default:
                if (_line.Count >= MaxLine) break;
                _line.Add(typed);
                await EchoAsync([typed], ct);
                break;
        }
    }

    private ValueTask EchoAsync(byte[] bytes, CancellationToken ct) => echo is null ? ValueTask.CompletedTask : echo.WriteAsync(bytes, ct);

    private void Send()
    {
        _line.ForEach(_ready.Enqueue);
        _line.Clear();
    }
}
