using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Images;
using MiniK8s.Kubelet.Simulation.Network;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation;

/// <summary>A pod's sandbox: its address and what its containers have in common.</summary>
internal sealed class SimSandbox(string id, PodSandboxConfig config, NetworkNamespace network, DateTimeOffset createdAt)
{
    private int _stopped;
    private SimProcess? _pause;

    public string Id { get; } = id;
    public PodSandboxConfig Config { get; } = config;
    public NetworkNamespace Network { get; } = network;
    public DateTimeOffset CreatedAt { get; } = createdAt;

    /// <summary>False as soon as its pause process is gone: before anyone can see that the containers are, which go with it.</summary>
    public bool IsReady => Volatile.Read(ref _stopped) == 0 && (_pause is null || _pause.Kernel.Find(_pause.Pid) is not null);

    /// <summary>Whom its containers join; null: each has a process table of its own.</summary>
    public ProcessTable? Processes => _pause?.Kernel.Table;

    /// <summary>True for the one call that stops it.</summary>
    public bool TryStop() => Interlocked.Exchange(ref _stopped, 1) == 0;

    public PodSandboxStatus Status() =>
        new(Id, Config, IsReady ? PodSandboxState.Ready : PodSandboxState.NotReady, Config.HostNetwork ? "" : Network.Ip, CreatedAt);

    /// <summary>Starts process 1 of the table that its containers share.</summary>
    public SimProcess StartPause(CatalogueImage image, TimeProvider time)
    {
        var files = new VirtualFileSystem(new FileTree(image.Root, time), readOnlyRoot: true, []);
        var kernel = new Kernel(files, Network, image.Programs, Config.Hostname, image.Facts, new LinuxResources(), time, CreatedAt, new ProcessTable());
        var streams = new DescriptorTable(new NullFile(), new NullFile(), new NullFile());
        var uid = Config.RunAsUser ?? image.ToInfo().Uid ?? 0;
        var user = new FileUser(uid, Config.RunAsGroup ?? (Config.RunAsUser is null ? uid : 0), []);
        var program = new ResolvedCommand(image.Programs.Find("pause")!);
        return _pause = kernel.Start(null, ["/pause"], program, new ProcessSetup(new Dictionary<string, string>(), "/", user, streams, new ProcessClock(time)));
    }

    /// <summary>Ends process 1, and with it whatever runs in the shared table.</summary>
    public async Task EndPauseAsync()
    {
        if (_pause is null) return;
        _pause.Die(Signals.Kill);
        await _pause.Exited;
    }
}
