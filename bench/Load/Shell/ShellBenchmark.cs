using System.Diagnostics;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Simulation;
using MiniK8s.Kubelet.Simulation.Network;

namespace MiniK8s.Load.Shell;

/// <summary>
/// What the simulated shell costs: the start of a container with one and without, and ten thousand going round
/// <c>while true; do echo x; sleep 1; done</c> on the real clock, in this process and with nothing else of a kubelet. By CPU time, so that a busy
/// machine shows less.
/// </summary>
internal static class ShellBenchmark
{
    private const int Containers = 10_000;
    private const int PodsPerNode = 100;
    private const string Loop = "while true; do echo x; sleep 1; done";
    private static readonly string[] Sleeping = ["sleep", "1000000"];
    private static readonly string[] SingleCommand = ["sh", "-c", "sleep 1000000"];
    private static readonly string[] Looping = ["sh", "-c", Loop];
    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(20);

    public static async Task<IReadOnlyList<Row>> RunAsync()
    {
        for (var round = 0; round < 3; round++)
        {
            // Compiled by then, and compiled again as what is called often.
            await (await StartAsync(Containers / 2, round == 0 ? Sleeping : round == 1 ? SingleCommand : Looping)).Host.DisposeAsync();
            await Task.Delay(TimeSpan.FromSeconds(1));
        }
        var plain = await StartAsync(Containers, Sleeping);
        await plain.Host.DisposeAsync();
        var single = await StartAsync(Containers, SingleCommand);
        await single.Host.DisposeAsync();
        var shell = await StartAsync(Containers, Looping);
        await using var host = shell.Host;
        await Task.Delay(TimeSpan.FromSeconds(5));
        var (lines, cpu, clock) = (await LinesAsync(shell.Containers), Cpu, Stopwatch.StartNew());
        await Task.Delay(Watched);
        var cores = (Cpu - cpu) / clock.Elapsed;
        var rounds = (await LinesAsync(shell.Containers) - lines) / clock.Elapsed.TotalSeconds;
        return
        [
            new("start of a container that sleeps, CPU", $"{plain.Cpu.TotalMicroseconds / Containers:0} us, {plain.Bytes / Containers / 1024.0:0.0} KiB"),
            new("start of one whose shell has come to its first sleep, CPU", $"{shell.Cpu.TotalMicroseconds / Containers:0} us, {shell.Bytes / Containers / 1024.0:0.0} KiB"),
            new("the interpreter's start: what sh -c 'sleep 1000000' costs beside sleep 1000000", $"{(single.Cpu - plain.Cpu).TotalMicroseconds / Containers:0} us"),
            new("what an interpreter holds while its loop sleeps", $"{(shell.Bytes - plain.Bytes) / Containers / 1024.0:0.0} KiB"),
            new($"{Containers:N0} containers: {Loop}", $"{cores:0.00} cores, {rounds:N0} rounds a second"),
        ];
    }

    private static TimeSpan Cpu => Process.GetCurrentProcess().TotalProcessorTime;

    private static async Task<(SimulationHost Host, List<(IContainerRuntime Runtime, string Id)> Containers, TimeSpan Cpu, long Bytes)> StartAsync(int count, string[] command)
    {
        var host = new SimulationHost(new SimulationOptions(), TimeProvider.System);
        var containers = new List<(IContainerRuntime Runtime, string Id)>();
        for (var i = 0; i < count; i++)
        {
            var runtime = i % PodsPerNode == 0 ? await NodeAsync(host, (i / PodsPerNode) + 1) : containers[^1].Runtime;
            var sandbox = await runtime.RunPodSandboxAsync(new PodSandboxConfig { Name = $"pod-{i}", Namespace = "default", Uid = $"{i}", Hostname = $"pod-{i}" }, default);
            var config = new ContainerConfig { Name = "c", Image = "busybox:1.36", Command = command };
            containers.Add((runtime, await runtime.CreateContainerAsync(sandbox, config, default)));
        }
        var (bytes, cpu) = (GC.GetTotalMemory(forceFullCollection: true), Cpu);
        foreach (var (runtime, id) in containers) await runtime.StartContainerAsync(id, default);
        cpu = Cpu - cpu;
        return (host, containers, cpu, GC.GetTotalMemory(forceFullCollection: true) - bytes);
    }

    // Of one in a hundred, times a hundred.
    private static async Task<long> LinesAsync(List<(IContainerRuntime Runtime, string Id)> containers)
    {
        var lines = 0L;
        for (var i = 0; i < containers.Count; i += 100)
            await foreach (var _ in containers[i].Runtime.ReadLogsAsync(containers[i].Id, new LogOptions(), default)) lines += 100;
        return lines;
    }

    private static async Task<IContainerRuntime> NodeAsync(SimulationHost host, int number)
    {
        var runtime = host.AddNode($"node{number}", $"172.18.{number / 250}.{(number % 250) + 2}", AddressPool.CidrOf(number)).Runtime;
        await runtime.PullImageAsync("busybox:1.36", null, new Dictionary<string, string>(), default);
        return runtime;
    }
}
