using System.Globalization;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Services;

/// <summary>mysqladmin: <c>ping</c> and <c>shutdown</c> of the server of this pod, or of <c>-h</c>.</summary>
internal sealed class MySqlAdmin : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        // -p takes a value only when it is joined, so it is not listed.
        var options = new Arguments([.. arguments.Where(a => !a.StartsWith("-p", StringComparison.Ordinal))], "huP", ["host", "user", "port"]);
        var host = options.Value("h", "host") ?? "localhost";
        var port = int.TryParse(options.Value("P", "port"), CultureInfo.InvariantCulture, out var p) ? p : 3306;
        self.Clock.GoLive();
        var dialled = await self.Kernel.Network.Network.DialAsync(self.Kernel.Network, host, port, TimeSpan.FromSeconds(10), self.Killed);
        dialled.Connection?.Dispose();
        if (dialled.Error is not null)
        {
            await self.ErrorAsync($"mysqladmin: connect to server at '{host}' failed\nerror: 'Can't connect to local MySQL server through socket '/var/run/mysqld/mysqld.sock' (2)'\nCheck that mysqld is running and that the socket: '/var/run/mysqld/mysqld.sock' exists!");
            return 1;
        }
        switch (options.Operands.FirstOrDefault())
        {
            case "ping":
                await self.WriteLineAsync("mysqld is alive");
                return 0;
            case "shutdown":
                self.Kernel.Network.Network.FindListener(host, port, self.Kernel.Network)?.Owner.Deliver(Signals.Term);
                return 0;
            case "status":
                await self.WriteLineAsync($"Uptime: {(long)(self.Clock.Now - self.Kernel.BootedAt).TotalSeconds}  Threads: 2  Questions: 2  Slow queries: 0");
                return 0;
            default:
                await self.ErrorAsync($"mysqladmin: Unknown command: '{options.Operands.FirstOrDefault()}'");
                return 1;
        }
    }
}
