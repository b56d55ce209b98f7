using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Network;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Net;

/// <summary>
/// nc: <c>-z</c> to look, <c>-l -p PORT</c> to serve one connection, otherwise standard input and output over a connection.
/// </summary>
internal sealed class Netcat : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments, "pwie");
        self.Clock.GoLive();
        if (options.Has("l")) return await ServeAsync(self, options);
        if (options.Operands is not [var host, var portText, ..] || !int.TryParse(portText, out var port))
        {
            await self.ErrorAsync("Usage: nc [OPTIONS] HOST PORT");
            return 1;
        }
        var timeout = Durations.Parse(options.Value("w") ?? "0") ?? TimeSpan.Zero;
        var dialled = await self.Kernel.Network.Network.DialAsync(self.Kernel.Network, host, port, timeout, self.Killed);
        if (dialled.Connection is not { } connection)
        {
            if (dialled.Error!.Kind == NetworkErrorKind.UnknownHost) await self.ErrorAsync($"nc: bad address '{host}'");
            else if (options.Has("v") || !options.Has("z")) await self.ErrorAsync($"nc: {host} ({host}:{port}): {Reason(dialled.Error.Kind)}");
            return 1;
        }
        await using (connection)
        {
            if (options.Has("v")) await self.ErrorAsync($"{host} ({host}:{port}) open");
            if (options.Has("z")) return 0;
            await JoinAsync(self, connection);
            return 0;
        }
    }

    private static string Reason(NetworkErrorKind kind) =>
        kind switch { NetworkErrorKind.ConnectionRefused => "Connection refused", NetworkErrorKind.NoRoute => "No route to host", _ => "Connection timed out" };

    private static async ValueTask<int> ServeAsync(SimProcess self, Arguments options)
    {
        if (!int.TryParse(options.Value("p") ?? options.Operands.LastOrDefault(), out var port)) return 1;
        var keepsOn = options.Has("k") || options.Has("e");
        while (true)
        {
            var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var listener = new Listener(self, port, async (connection, _) =>
            {
                try
                {
                    await JoinAsync(self, connection);
                }
                finally
                {
                    done.TrySetResult();
                }
            });
            try
            {
                self.Kernel.Network.Listen(listener);
            }
            catch (FileError error)
            {
                await self.ErrorAsync($"nc: bind: {error.Message}");
                return 1;
            }
            await done.Task.WaitAsync(self.Killed);
            self.Kernel.Network.Close(listener);
            if (!keepsOn) return 0;
        }
    }

    private static async Task JoinAsync(SimProcess self, Connection connection)
    {
        var sending = SendAsync(self, connection);
        var buffer = new byte[4096];
        while (await connection.ReadAsync(buffer, self.Killed) is var count and > 0)
            await self.Stdout.WriteAsync(buffer.AsMemory(0, count), self.Killed);
        if (sending.IsCompleted) await sending;
    }

    private static async Task SendAsync(SimProcess self, Connection connection)
    {
        try
        {
            var buffer = new byte[4096];
            while (await self.Stdin.ReadAsync(buffer, self.Killed) is var count and > 0)
                await connection.WriteAsync(buffer.AsMemory(0, count), self.Killed);
            connection.CloseSending();
        }
        catch (Exception ex) when (ex is IOException or OperationCanceledException)
        {
            // The connection or the process is over; the reading side ends the command.
        }
    }
}
