using System.Diagnostics;

using MiniK8s.ClusterKit;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.IntStr;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Load;

/// <summary>Many nodes in one kubelet process: how long it takes to come up, what it holds and what it costs with 30 Pods a node, and how fast they start.</summary>
/// <remarks>
/// A tenth of the Pods are nginx with a readiness probe over HTTP every 10 s, the others the smallest image of the catalogue. The Pods that
/// are bound by hand go past the scheduler; those of the last row do not. CPU and memory are the kubelet's, as the kernel counts them.
/// </remarks>
internal static class NodesBenchmark
{
    private const int PodsPerNode = 30;
    private const int InFlight = 150;
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Steady = TimeSpan.FromSeconds(60);

    /// <param name="cells">The number of nodes; 1,000 if there is none.</param>
    public static async Task<IReadOnlyList<Row>> RunAsync(string[] cells)
    {
        var nodes = cells.Length > 0 ? int.Parse(cells[0], System.Globalization.CultureInfo.InvariantCulture) : 1000;
        await using var lab = await Lab.StartAsync(null, "--nodes", "1");
        var names = Enumerable.Range(2, nodes).Select(number => $"node-{number}").ToList();
        var clock = Stopwatch.StartNew();
        using var kubelet = Start(lab, names);
        await UntilReadyAsync(lab, nodes + 1);
        var (up, empty) = (clock.Elapsed, Memory(kubelet));

        var byHand = new PodStarts(lab.Api);
        clock.Restart();
        await byHand.RunAsync("bound", nodes * PodsPerNode, InFlight, (name, number) => Bound(name, number, names));
        var (bound, full) = (clock.Elapsed, Memory(kubelet));

        // Condition or not, the first minutes are spent on what the start left behind.
        await Task.Delay(Settling);
        kubelet.Refresh();
        var (before, from) = (kubelet.TotalProcessorTime, Stopwatch.GetTimestamp());
        await Task.Delay(Steady);
        kubelet.Refresh();
        var share = (kubelet.TotalProcessorTime - before) / Stopwatch.GetElapsedTime(from);
        var (steady, rest) = (Memory(kubelet), Memory(lab));
        clock.Restart();
        await byHand.DeleteAllAsync();
        var gone = clock.Elapsed;

        var scheduled = new PodStarts(lab.Api);
        var idle = Work(lab, kubelet);
        clock.Restart();
        await scheduled.RunAsync("scheduled", nodes * PodsPerNode / 3, InFlight);
        var throughput = nodes * PodsPerNode / 3 / clock.Elapsed.TotalSeconds;
        var work = Work(lab, kubelet).Zip(idle, (after, from) => $"{after.Name} {(after.Cpu - from.Cpu).TotalMilliseconds / (nodes * PodsPerNode / 3):0.00}");
        kubelet.Kill();
        return
        [
            new($"{nodes} nodes in one process: until all are Ready", $"{up.TotalSeconds:0.0} s, {empty} MiB"),
            new($"{nodes * PodsPerNode} Pods bound by hand: until all are Running", $"{bound.TotalSeconds:0} s, {nodes * PodsPerNode / bound.TotalSeconds:0} Pods/s"),
            new("the kubelet's memory with them, at once and a minute and a half later", $"{full} MiB, {steady} MiB"),
            new("its CPU then, of one core", $"{share:P1}"),
            new("memory of the others", rest),
            new("until all are gone", $"{gone.TotalSeconds:0} s, {nodes * PodsPerNode / gone.TotalSeconds:0} Pods/s"),
            new($"{nodes * PodsPerNode / 3} Pods through the whole control plane to Running, {InFlight} in flight", $"{throughput:0} Pods/s"),
            new("CPU that one of these took, in ms", string.Join(", ", work)),
        ];
    }

    // With its input goes the kubelet, however this process ends.
    private static Process Start(Lab lab, IEnumerable<string> names)
    {
        var kubelet = Process.Start(new ProcessStartInfo(
            "dotnet",
            [
                Path.Combine(Path.GetDirectoryName(Lab.Program)!, "MiniK8s.Kubelet.dll"), "--exit-on-stdin-close",
                "--kubeconfig", lab.Kubeconfig, "--port", "0", "--nodes", string.Join(',', names), "--log-level", "error",
            ]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        _ = kubelet.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        return kubelet;
    }

    private static Pod Bound(string name, int number, List<string> nodes)
    {
        var probed = number % 10 == 0;
        var pod = A.Pod("default", name, probed ? "nginx:1.25" : PodStarts.Image).Grace(1).OnNode(nodes[number % nodes.Count]);
        if (!probed) return pod;
        var probe = new Probe { PeriodSeconds = 10, Handler = new ProbeHandler { HttpGet = new HTTPGetAction { Port = new IntOrString { IntVal = 80 } } } };
        pod.Spec.Containers[0].ReadinessProbe = probe;
        return pod;
    }

    private static Task UntilReadyAsync(Lab lab, int count) => Eventually.TrueAsync(
        async () => (await lab.Api.Resource<Node>().ListAsync("", new ListOptions(), CancellationToken.None)).Items
            .Count(node => node.Status.Conditions.Any(condition => condition is { Type: "Ready", Status: "True" })) == count,
        $"{count} nodes are Ready");

    // What each process has worked up to now; the client is this one.
    private static List<(string Name, TimeSpan Cpu)> Work(Lab lab, Process kubelet)
    {
        kubelet.Refresh();
        return
        [
            .. lab.Pids().Select(pid =>
            {
                using var process = Process.GetProcessById(pid.Value);
                return (pid.Key, process.TotalProcessorTime);
            }),
            ("the kubelet of all nodes", kubelet.TotalProcessorTime), ("client", Environment.CpuUsage.TotalTime),
        ];
    }

    private static long Memory(Process process)
    {
        process.Refresh();
        return process.WorkingSet64 >> 20;
    }

    private static string Memory(Lab lab) => string.Join(", ", lab.Pids().Select(pid =>
    {
        using var process = Process.GetProcessById(pid.Value);
        return $"{pid.Key} {process.WorkingSet64 >> 20} MiB";
    }));
}
