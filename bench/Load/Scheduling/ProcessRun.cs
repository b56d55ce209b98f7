using System.Diagnostics;
using System.Globalization;

using MiniK8s.ClusterKit;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.V1;

namespace MiniK8s.Load.Scheduling;

/// <summary>Pods to a node through store, apiserver and scheduler as processes; the nodes are objects without a kubelet.</summary>
/// <remarks>
/// The Pods are created, 32 at once, while they are scheduled; the time runs from the first creation to the last binding.
/// Bound Pods are counted by the scheduler's own metric, so that no watcher of ours takes the processors.
/// </remarks>
internal static class ProcessRun
{
    private const int AtOnce = 32;
    private const int LabNodes = 100;     // so that no name is that of a node of the lab
    private const string Attempts = "scheduler_schedule_attempts";
    private const string Heap = "dotnet_gc_last_collection_heap_size{";

    // Without kubelets nobody renews the nodes' leases.
    private static readonly Dictionary<string, string> Patient = new() { ["MINIK8S_NODE_MONITOR_GRACE_PERIOD"] = "10h" };

    /// <summary>The Pods of scheduler_perf, as fast as they come.</summary>
    public static Task<IReadOnlyList<Row>> RunAsync(int nodes, int pods) => RunAsync(nodes, pods, number => Shapes.Pod($"pod-{number}"), AfterwardsNothingAsync);

    /// <summary>Pods of usual Deployments, and what the scheduler holds when they all have a node: one that has bound them, and one that then starts.</summary>
    public static Task<IReadOnlyList<Row>> MemoryAsync(int nodes, int pods) => RunAsync(nodes, pods, Shapes.Deployed, AfterRestartAsync);

    private static async Task<IReadOnlyList<Row>> RunAsync(int nodes, int pods, Func<int, Pod> shape, Func<Lab, Task<IReadOnlyList<Row>>> afterwards)
    {
        await using var lab = await Lab.StartWithAsync(Patient, null, "--nodes", "1");
        var own = (await lab.Api.Resource<Node>().ListAsync("", null, default)).Items[0].Metadata.Name;
        await lab.Api.Resource<Node>().PatchAsync("", own, PatchType.MergePatch, """{"spec":{"unschedulable":true}}""", "", default);
        await ForEachAsync(nodes, number => lab.Api.Resource<Node>().CreateAsync(Ready(Shapes.Node(LabNodes + number)), default));
        await Eventually.TrueAsync(async () => (await lab.Api.Resource<Node>().ListAsync("", null, default)).Items.All(IsOpen), "nodes without taints");

        using var rest = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{lab.PortOf("scheduler", "port")}") };
        var (before, clock) = (Cpu(lab), Stopwatch.StartNew());
        var creating = ForEachAsync(pods, number => lab.Api.Resource<Pod>().CreateAsync(Unborn(shape(number)), default));
        await UntilBoundAsync(rest, pods);
        var elapsed = clock.Elapsed;
        await creating;
        var after = Cpu(lab);
        return
        [
            new Row($"{pods} Pods to {nodes} nodes, through the processes", $"{pods / elapsed.TotalSeconds:0} Pods/s"),
            new Row("the same: CPU of a Pod", string.Join(", ", after.Select(pair => $"{pair.Key} {(pair.Value - before[pair.Key]).TotalMilliseconds / pods:0.00} ms"))),
            new Row("the same: memory of the scheduler", await MemoryAsync(lab, rest)),
            .. await afterwards(lab),
        ];
    }

    private static Task<IReadOnlyList<Row>> AfterwardsNothingAsync(Lab lab) => Task.FromResult<IReadOnlyList<Row>>([]);

    private static async Task<IReadOnlyList<Row>> AfterRestartAsync(Lab lab)
    {
        await lab.KillAsync("scheduler");
        using var rest = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{lab.PortOf("scheduler", "port")}") };
        await Eventually.TrueAsync(() => IsReadyAsync(rest), "the scheduler's first lists");
        return [new Row("the same: memory of a scheduler that starts then", await MemoryAsync(lab, rest))];
    }

    private static async Task<bool> IsReadyAsync(HttpClient rest)
    {
        try
        {
            using var answer = await rest.GetAsync("/readyz");
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;     // it does not listen yet
        }
    }

    private static Node Ready(Node node)
    {
        node.Metadata.Uid = "";
        node.Status.Conditions.Add(new NodeCondition { Type = "Ready", Status = "True", Reason = "KubeletReady", Message = "kubelet is posting ready status" });
        return node;
    }

    private static bool IsOpen(Node node) => node.Spec is null || node.Spec.Unschedulable || node.Spec.Taints.Count == 0;

    private static Pod Unborn(Pod pod)
    {
        pod.Metadata.Uid = "";
        pod.Status = null;
        return pod;
    }

    private static Task ForEachAsync(int count, Func<int, Task> act) => Parallel.ForEachAsync(
        Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (number, _) => await act(number));

    private static async Task UntilBoundAsync(HttpClient rest, int pods)
    {
        while (await BoundAsync(rest) < pods) await Task.Delay(100);
    }

    private static Task<double> BoundAsync(HttpClient rest) => SumAsync(rest, Attempts, "result=\"scheduled\"");

    private static async Task<double> SumAsync(HttpClient rest, string name, string label)
    {
        var metrics = await rest.GetStringAsync("/metrics");
        return metrics.Split('\n').Where(line => line.StartsWith(name, StringComparison.Ordinal) && line.Contains(label, StringComparison.Ordinal))
            .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
    }

    private static Dictionary<string, TimeSpan> Cpu(Lab lab) =>
        lab.Pids().ToDictionary(pair => pair.Key, pair => Of(pair.Value, process => process.TotalProcessorTime));

    private static async Task<string> MemoryAsync(Lab lab, HttpClient rest)
    {
        var (now, most) = Of(lab.Pids()["scheduler"], process => (process.WorkingSet64 >> 20, process.PeakWorkingSet64 >> 20));
        return $"{now} MiB, {most} at most; heap {await SumAsync(rest, Heap, "") / (1 << 20):0} MiB at the last collection";
    }

    private static T Of<T>(int pid, Func<Process, T> read)
    {
        using var process = Process.GetProcessById(pid);
        return read(process);
    }
}
