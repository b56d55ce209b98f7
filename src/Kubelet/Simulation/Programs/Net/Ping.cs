using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Net;

/// <summary>ping as busybox has it; who does not answer is waited for ten seconds, or <c>-W</c>.</summary>
internal sealed class Ping : IProgram
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments, "cWwistIp");
        if (options.Operands is not [var host, ..])
        {
            await self.ErrorAsync("Usage: ping [OPTIONS] HOST");
            return 1;
        }
        self.Clock.GoLive();
        if (self.Kernel.Network.Network.Resolve(host, self.Kernel.Network) is not [var ip, ..])
        {
            await self.ErrorAsync($"ping: bad address '{host}'");
            return 1;
        }
        var count = int.TryParse(options.Value("c"), out var c) ? c : int.MaxValue;
        var wait = Durations.Parse(options.Value("W") ?? "10") ?? TimeSpan.FromSeconds(10);
        var deadline = options.TryValue(out var w, "w") && Durations.Parse(w) is { } limit ? self.Clock.Now + limit : DateTimeOffset.MaxValue;
        await self.WriteLineAsync($"PING {host} ({ip}): 56 data bytes");
        var (sent, received) = (0, 0);
        while (sent < count && self.Clock.Now < deadline)
        {
            var answers = await self.Kernel.Network.Network.AnswersPingAsync(ip, self.Kernel.Network, self.Killed);
            sent++;
            if (answers)
                await self.WriteLineAsync($"64 bytes from {ip}: seq={received++} ttl=64 time=0.0{(ip.Sum(d => d) + sent) % 60 + 30} ms");
            if (sent < count) await self.SleepAsync(Interval);
            else if (!answers) await self.SleepAsync(wait);
        }
        await self.WriteLineAsync($"\n--- {host} ping statistics ---\n{sent} packets transmitted, {received} packets received, {(sent == 0 ? 0 : (sent - received) * 100 / sent)}% packet loss");
        if (received > 0) await self.WriteLineAsync("round-trip min/avg/max = 0.031/0.058/0.089 ms");
        return received > 0 ? 0 : 1;
    }
}
