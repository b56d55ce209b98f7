using System.Globalization;
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
