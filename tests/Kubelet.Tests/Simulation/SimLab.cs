using System.Text;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Simulation;
using MiniK8s.Kubelet.Simulation.Network;

namespace MiniK8s.Kubelet.Tests.Simulation;

/// <summary>A node with a simulated runtime on a clock that the test moves.</summary>
internal sealed class SimLab : IAsyncDisposable
{
    public static readonly IReadOnlyDictionary<string, string> NoAnnotations = new Dictionary<string, string>();
    private int _pods;

    public SimLab(string? stateDirectory = null, ManualTimeProvider? time = null, int podRange = 1, long memory = long.MaxValue)
    {
        Time = time ?? new ManualTimeProvider();
        Host = new SimulationHost(new SimulationOptions { StateDirectory = stateDirectory }, Time);
        Node = Host.AddNode("node1", "172.18.0.2", AddressPool.CidrOf(podRange), memory);
    }

    public ManualTimeProvider Time { get; }
    public SimulationHost Host { get; }
    public SimulatedNode Node { get; }
    public IContainerRuntime Runtime => Node.Runtime;

    public async Task PullAsync(string image)
    {
        if (await Runtime.ImageStatusAsync(image, default) is not null) return;
        var pull = Runtime.PullImageAsync(image, null, NoAnnotations, default);
        while (!pull.IsCompleted)
        {
            await Time.WaitForTimersAsync(1);
            Time.Advance(TimeSpan.FromSeconds(5));
        }
        Assert.True((await pull).Succeeded, (await pull).Error?.Message);
    }

    /// <param name="annotations">The pod's; none by default.</param>
    /// <param name="change">What else is special about its sandbox.</param>
    public async Task<SimPod> PodAsync(IReadOnlyDictionary<string, string>? annotations = null, Func<PodSandboxConfig, PodSandboxConfig>? change = null)
    {
        var uid = Guid.NewGuid().ToString();
        _pods++;
        var config = new PodSandboxConfig { Name = $"pod-{_pods}", Namespace = "default", Uid = uid, Hostname = $"pod-{_pods}", Annotations = annotations ?? NoAnnotations };
        var id = await Runtime.RunPodSandboxAsync(change?.Invoke(config) ?? config, default);
        return new SimPod(this, id, (await Runtime.PodSandboxStatusAsync(id, default)).Ip);
    }

    /// <summary>A container of a pod of its own, started.</summary>
    public async Task<string> StartAsync(string image, params string[] command) => await (await PodAsync()).StartAsync(image, command);

    public Task<string> StartShellAsync(string script) => StartAsync("busybox:1.30", "sh", "-c", script);

    public Task<ContainerStatus> StatusAsync(string id) => Runtime.ContainerStatusAsync(id, default);

    public async Task<ContainerStatus> EndAsync(string id)
    {
        await foreach (var _ in Runtime.ReadLogsAsync(id, new LogOptions { Follow = true }, new CancellationTokenSource(Patience.Limit).Token)) { }
        ContainerStatus status;
        while ((status = await StatusAsync(id)).State != ContainerState.Exited) await Task.Yield();
        return status;
    }

    public async Task<string> LogAsync(string id, LogOptions? options = null)
    {
        var text = new StringBuilder();
        await foreach (var line in Runtime.ReadLogsAsync(id, options ?? new LogOptions(), default)) text.Append(Encoding.UTF8.GetString(line.Text.Span)).Append(line.IsPartial ? "" : "\n");
        return text.ToString();
    }

    /// <summary>Moves the clock from timer to timer until the container has written so many lines in all.</summary>
    public async Task LinesAsync(string id, int count)
    {
        using var limit = new CancellationTokenSource(Patience.Limit);
        var seen = 0;
        await foreach (var _ in Runtime.ReadLogsAsync(id, new LogOptions { Follow = true }, limit.Token))
            if (++seen == count) return;
        Assert.Fail($"The container ended after {seen} lines.");
    }

    /// <summary>Moves the clock on while something is charged for its work, until the task is done.</summary>
    public async Task<T> MoveUntilAsync<T>(Task<T> task)
    {
        for (var i = 0; i < 2000 && !task.IsCompleted; i++)
        {
            await Task.WhenAny(task, Time.WaitForTimersAsync(1));
            if (!task.IsCompleted) Time.Advance(TimeSpan.FromSeconds(1));
        }
        return await task.OrMissing("the end of the script");
    }

    public Task<ExecResult> ExecAsync(string id, string script) =>
        Runtime.ExecSyncAsync(id, ["sh", "-c", script], TimeSpan.Zero, default).OrMissing($"the end of: {script}");

    public ValueTask DisposeAsync() => Host.DisposeAsync();
}

internal sealed record SimPod(SimLab Lab, string SandboxId, string Ip)
{
    private readonly List<string> _containers = [];

    public async Task<string> CreateAsync(string image, ContainerConfig? config = null, params string[] command)
    {
        await Lab.PullAsync(image);
        config ??= new ContainerConfig { Name = $"c{_containers.Count}", Image = image, Command = command };
        var id = await Lab.Runtime.CreateContainerAsync(SandboxId, config with { Image = image }, default);
        _containers.Add(id);
        return id;
    }

    public async Task<string> StartAsync(string image, params string[] command)
    {
        var id = await CreateAsync(image, null, command);
        await Lab.Runtime.StartContainerAsync(id, default);
        return id;
    }

    public async Task<string> StartAsync(ContainerConfig config)
    {
        var id = await CreateAsync(config.Image, config);
        await Lab.Runtime.StartContainerAsync(id, default);
        return id;
    }
}
