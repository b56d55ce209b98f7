namespace MiniK8s.Kubelet.Simulation;

// Input from attached clients.
internal sealed partial class SimContainer
{
    /// <summary>Passes a client's input on until it ends or the client leaves; with stdinOnce the container's input ends with it.</summary>
    public async Task TypeAsync(Stream? input, CancellationToken ct)
    {
        if (input is null || _stdin is null) return;
        var buffer = new byte[4096];
        try
        {
            while (await input.ReadAsync(buffer, ct) is var count and > 0) await _stdin.WriteAsync(buffer.AsMemory(0, count), ct);
            if (Config.StdinOnce) _stdin.CloseWriter();
        }
        catch (Exception ex) when (ex is IOException or OperationCanceledException)
        {
            // The client or the container has gone; whoever attached learns it from the container's end.
        }
    }
}
