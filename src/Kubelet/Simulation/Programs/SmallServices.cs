using System.Globalization;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Network;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs;

/// <summary>The pause container's process: sleeps until it is told to end.</summary>
internal sealed class Pause : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        self.Signals.Catch(Signals.Term, Signals.Int);
        var signal = await self.NextSignalAsync();
        await self.ErrorAsync($"Shutting down, got signal: {(signal == Signals.Term ? "Terminated" : "Interrupt")}");
        return 0;
    }
}

/// <summary>hello-world.</summary>
internal sealed class Hello : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        await self.WriteAsync("\nHello from Docker!\nThis message shows that your installation appears to be working correctly.\n\n");
        return 0;
    }
}

/// <summary>
/// stress: <c>--vm N --vm-bytes SIZE</c> holds memory, <c>--cpu N</c> burns (in the statistics only), <c>--timeout</c> ends it.
/// </summary>
internal sealed class Stress : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments, "cimdt", ["cpu", "io", "vm", "hdd", "timeout", "vm-bytes", "vm-hang", "vm-keep", "backoff"]);
        int Hogs(string letter, string name) => int.TryParse(options.Value(letter, name), CultureInfo.InvariantCulture, out var n) ? n : 0;
        var (cpu, io, vm, hdd) = (Hogs("c", "cpu"), Hogs("i", "io"), Hogs("m", "vm"), Hogs("d", "hdd"));
        await self.WriteLineAsync($"stress: info: [{self.Pid}] dispatching hogs: {cpu} cpu, {io} io, {vm} vm, {hdd} hdd");
        self.CpuMillis = 1000L * cpu;
        if (vm > 0) self.UseMemory(new MemoryUse(vm * Sizes.Parse(options.Value("vm-bytes") ?? "256M"), self.Clock.Now));
        var timeout = options.Value("t", "timeout");
        if (timeout is not null && Durations.Parse(timeout) is { } limit) await self.SleepAsync(limit);
        else while (true) await self.NextSignalAsync();
        await self.WriteLineAsync($"stress: info: [{self.Pid}] successful run completed in {timeout}s");
        return 0;
    }
}

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

/// <summary>
/// agnhost and the old <c>liveness</c> image: <c>liveness</c> (/healthz is 200 for ten seconds, then 500), <c>netexec</c> (/, /hostname,
/// /healthz, /echo, /exit), <c>serve-hostname</c>,
/// <c>grpc-health-checking</c>, <c>pause</c>.
/// </summary>
internal sealed class Agnhost : IProgram
{
    private static readonly TimeSpan HealthyFor = TimeSpan.FromSeconds(10);

    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments, "", ["http-port", "port", "udp-port", "delay-unready"]);
        var command = arguments[0].EndsWith("/server", StringComparison.Ordinal) ? "liveness" : options.Operands.FirstOrDefault() ?? "pause";
        int Port(int normal, params string[] names) => int.TryParse(options.Value(names), CultureInfo.InvariantCulture, out var port) ? port : normal;
        var serving = GrpcHealthStatus.Serving;
        switch (command)
        {
            case "pause":
                await self.WriteLineAsync("Paused");
                break;
            case "liveness":
                Listen(self, 8080, request => Liveness(self, request));
                break;
            case "netexec":
                Listen(self, Port(8080, "http-port"), request => NetExec(self, request));
                await self.WriteLineAsync($"Started HTTP server on port {Port(8080, "http-port")}");
                break;
            case "serve-hostname":
                Listen(self, Port(9376, "port"), _ => VirtualResponse.Text(200, self.Kernel.Hostname));
                break;
            case "grpc-health-checking":
                self.Kernel.Network.Listen(new Listener(self, Port(5000, "port"), (_, _) => Task.CompletedTask) { GrpcHealth = _ => serving });
                Listen(self, Port(8080, "http-port"), request =>
                {
                    serving = request.Path == "/make-not-serving" ? GrpcHealthStatus.NotServing : GrpcHealthStatus.Serving;
                    return VirtualResponse.Text(200, "");
                });
                break;
            default:
                await self.ErrorAsync($"Error: unknown command \"{command}\" for \"app\"");
                return 1;
        }
        // A Go program: TERM is left to the runtime, which as process 1 does nothing on it unless the program asks, and netexec and pause
        // do.
        self.Signals.Catch(Signals.Term, Signals.Int);
        await self.NextSignalAsync();
        return command is "netexec" or "pause" ? 0 : 2;
    }

    private static void Listen(SimProcess self, int port, Func<VirtualRequest, VirtualResponse> answer)
    {
        try
        {
            self.Kernel.Network.Listen(new Listener(self, port, (connection, ct) =>
                HttpService.ServeAsync(connection, (request, _, _) => ValueTask.FromResult(answer(request)), ct)));
        }
        catch (FileError)
        {
            throw new ProcessExit(1);
        }
    }

    private static VirtualResponse Liveness(SimProcess self, VirtualRequest request)
    {
        var age = self.Clock.Now - self.StartedAt;
        if (request.Path != "/healthz") return VirtualResponse.Text(404, "404 page not found\n");
        return age <= HealthyFor ? VirtualResponse.Text(200, "ok") : VirtualResponse.Text(500, string.Create(CultureInfo.InvariantCulture, $"error: {age.TotalSeconds:F9}"));
    }

    private static VirtualResponse NetExec(SimProcess self, VirtualRequest request)
    {
        var parts = request.Path.Split('?', 2);
        var query = parts.Length > 1 ? parts[1].Split('&').Select(p => p.Split('=', 2)).Where(p => p.Length == 2).ToDictionary(p => p[0], p => Uri.UnescapeDataString(p[1])) : [];
        switch (parts[0])
        {
            case "/": return VirtualResponse.Text(200, $"NOW: {self.Clock.Now.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fffffff", CultureInfo.InvariantCulture)} +0000 UTC");
            case "/hostname" or "/hostName": return VirtualResponse.Text(200, self.Kernel.Hostname);
            case "/healthz" or "/readyz": return VirtualResponse.Text(200, "");
            case "/echo": return VirtualResponse.Text(int.TryParse(query.GetValueOrDefault("code"), out var code) ? code : 200, query.GetValueOrDefault("msg", ""));
            case "/exit":
                self.Deliver(Signals.Term);
                return VirtualResponse.Text(200, "");
            default: return VirtualResponse.Text(404, "404 page not found\n");
        }
    }
}
