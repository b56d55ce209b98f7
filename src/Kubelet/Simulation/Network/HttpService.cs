namespace MiniK8s.Kubelet.Simulation.Network;

/// <summary>Serves HTTP on connections, one request after another until the client closes or asks to.</summary>
internal static class HttpService
{
    public static async Task ServeAsync(
        Connection connection, Func<VirtualRequest, Connection, CancellationToken, ValueTask<VirtualResponse>> handle, CancellationToken ct)
    {
        var input = new HttpInput(connection);
        while (await HttpWire.ReadRequestAsync(input, ct) is { } request)
        {
            var response = await handle(request, connection, ct);
            await HttpWire.WriteResponseAsync(connection, response, withBody: request.Method != "HEAD", ct);
            if (string.Equals(request.Header("Connection"), "close", StringComparison.OrdinalIgnoreCase)) return;
        }
    }
}
