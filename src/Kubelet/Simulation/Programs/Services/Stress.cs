using System.Globalization;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Services;

/// <summary>
/// stress: <c>--vm N --vm-bytes SIZE</c> holds memory, <c>--cpu N</c> burns N cores, or what the quota leaves of them (on the container's account: the host's own are left in peace), <c>--timeout</c> ends it.
/// </summary>
internal sealed class Stress : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments, "cimdt", ["cpu", "io", "vm", "hdd", "timeout", "vm-bytes", "vm-hang", "vm-keep", "backoff"]);
        int Hogs(string letter, string name) => int.TryParse(options.Value(letter, name), CultureInfo.InvariantCulture, out var n) ? n : 0;
        var (cpu, io, vm, hdd) = (Hogs("c", "cpu"), Hogs("i", "io"), Hogs("m", "vm"), Hogs("d", "hdd"));
        await self.WriteLineAsync($"stress: info: [{self.Pid}] dispatching hogs: {cpu} cpu, {io} io, {vm} vm, {hdd} hdd");
        self.Burn(1000 * cpu);
        if (vm > 0) self.UseMemory(new MemoryUse(vm * Sizes.Parse(options.Value("vm-bytes") ?? "256M"), self.Clock.Now));
        var timeout = options.Value("t", "timeout");
        if (timeout is not null && Durations.Parse(timeout) is { } limit) await self.SleepAsync(limit);
        else while (true) await self.NextSignalAsync();
        await self.WriteLineAsync($"stress: info: [{self.Pid}] successful run completed in {timeout}s");
        return 0;
    }
}
