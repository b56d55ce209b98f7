using System.Text;
using MiniK8s.Kubelet.Probes;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Images;
using MiniK8s.Kubelet.Simulation.Journal;
using MiniK8s.Kubelet.Simulation.Processes;
using MiniK8s.Kubelet.Simulation.Scenes;

namespace MiniK8s.Kubelet.Simulation;

/// <summary>One container from its creation to its removal.</summary>
/// <remarks>
/// <code>
/// state   | what happens                           | next state
/// --------+----------------------------------------+------------------------------------------
/// Created | start; the command exists              | Running
/// Created | start; it cannot be run                | Exited 128 StartError
/// Running | the first process ends with n          | Exited n, Completed if 0, else Error
/// Running | memory beyond the limit, or the node's | Exited 137 OOMKilled
/// Running | its scene has it end                   | Exited n, Completed if 0, else Error
/// Running | the kubelet closes                     | Running: nothing is recorded, the next kubelet goes on
/// </code>
/// </remarks>
internal sealed partial class SimContainer
{
    private const int MaxTerminationMessage = 4096;
    private readonly SimulatedRuntime _runtime;
    private readonly Lock _gate = new();            // guards _status and _signalled
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly BytePipe? _stdin;
    private ContainerStatus _status;
    private Kernel? _kernel;
    private FileUser _user = FileUser.Root;
    private bool _signalled;
    private volatile bool _outOfMemory;
    private ITimer? _memoryTimer;
    private SceneCast _scene = SceneCast.None;
    private (int Code, DateTimeOffset At)? _scripted;
    private ITimer? _sceneTimer;

    public SimContainer(SimulatedRuntime runtime, SimSandbox sandbox, CatalogueImage image, string id, ContainerConfig config, DateTimeOffset createdAt)
    {
        _runtime = runtime;
        Sandbox = sandbox;
        Image = image;
        Id = id;
        Root = new FileTree(image.Root, runtime.Time);
        if (config.Stdin) _stdin = new BytePipe();
        _status = new ContainerStatus
        {
            Id = id, SandboxId = sandbox.Id, PodUid = sandbox.Config.Uid, Config = config, State = ContainerState.Created, CreatedAt = createdAt,
            Image = image.Reference.ToString(), ImageId = image.RepoDigest,
        };
    }

    public string Id { get; }
    public SimSandbox Sandbox { get; }
    public CatalogueImage Image { get; }
    public FileTree Root { get; }
    public ContainerLog Log { get; } = new();
    public AttachedStreams Attached { get; } = new();

    /// <summary>The terminal of whoever attached last; null if nobody did who has one.</summary>
    public TerminalWindow? Window { get; set; }

    public ContainerConfig Config => _status.Config;

    /// <summary>Completes when it has ended and its state says so.</summary>
    public Task Ended => _ended.Task;

    public ContainerStatus Status
    {
        get { lock (_gate) return _status; }
    }

    public Kernel? Kernel => Status.State == ContainerState.Running ? _kernel : null;

    /// <summary>Its writable layer and its log.</summary>
    public FileUsage Files => Root.Usage + Log.Usage;

    /// <summary>It is being killed for want of memory, its own or the node's.</summary>
    public bool IsOutOfMemory => _outOfMemory;

    private string TerminationFile => $"/var/lib/minik8s/termination/{Id}";

    /// <exception cref="RuntimeException">The image has no such user as it wants to run as.</exception>
    public void DemandUser() => FindUser();

    /// <exception cref="RuntimeException">It was started before, or its command cannot be run.</exception>
    public void Start()
    {
        lock (_gate)
        {
            if (_status.State != ContainerState.Created)
                throw new RuntimeException(RuntimeErrorCode.FailedPrecondition, $"container \"{Id}\" is in {_status.State} state");
        }
        var now = _runtime.Time.GetUtcNow();
        if (Config.TerminationMessagePath != "") _runtime.Disk.WriteFile(TerminationFile, default, 0b110_110_110);
        Root.Changed = change => _runtime.Record(new JournalRecord.FileChanged(_runtime.NodeName, Id, _runtime.Time.GetUtcNow(), change));
        try
        {
            Run(now, replay: null);
        }
        catch (RuntimeException error)
        {
            End(now, new ExitStatus(128), "StartError", $"failed to create containerd task: failed to create shim task: {error.Message}");
            throw new RuntimeException(RuntimeErrorCode.Unknown, Status.Message);
        }
    }

    /// <summary>Takes up a container that was running when the last kubelet ended.</summary>
    public void Resume(DateTimeOffset startedAt, FileHistory? files)
    {
        foreach (var change in files?.Changes ?? []) Root.Apply(change);
        Root.KnownUntil = files?.LastAt ?? DateTimeOffset.MinValue;
        Root.Changed = change => _runtime.Record(new JournalRecord.FileChanged(_runtime.NodeName, Id, _runtime.Time.GetUtcNow(), change));
        try
        {
            Run(startedAt, new Replay(startedAt));
        }
        catch (RuntimeException error)
        {
            // The catalogue has changed meanwhile and the image has lost its program.
            End(_runtime.Time.GetUtcNow(), new ExitStatus(128), "StartError", error.Message);
        }
    }

    /// <summary>Shows a container that had ended before the last kubelet did.</summary>
    public void RestoreExited(DateTimeOffset? startedAt, JournalRecord.ContainerExited exited)
    {
        lock (_gate)
            _status = _status with
            {
                State = ContainerState.Exited, StartedAt = startedAt, FinishedAt = exited.At, ExitCode = exited.Code, Signal = exited.Signal,
                Reason = exited.Reason ?? "", Message = exited.Message ?? "", TerminationMessage = exited.TerminationMessage ?? "",
            };
        Log.End(exited.At);
        _ended.TrySetResult();
    }

    /// <summary>Sends the stop signal unless it has been sent.</summary>
    public void SignalStop()
    {
        lock (_gate)
        {
            if (_signalled) return;
            _signalled = true;
        }
        // Who says SIGTERM means the stop, also where the image is stopped by another signal (nginx: SIGQUIT).
        if (!_scene.Ignores(Signals.Term)) Signal(Config.StopSignal ?? Signals.Parse(Image.Spec.StopSignal) ?? Signals.Term);
    }

    /// <summary>Signals the first process, unless the scene has it ignore that.</summary>
    public void Signal(int signal)
    {
        if (!_scene.Ignores(signal)) _kernel?.SignalFirst(signal);
    }

    /// <summary>Why the scene has a probe fail now; null when it does not.</summary>
    public string? FailureOf(ProbeKind probe) =>
        Status is { State: ContainerState.Running, StartedAt: { } started } ? _scene.FailureOf(probe, _runtime.Time.GetUtcNow() - started) : null;

    public void Kill() => _kernel?.KillAll();

    /// <summary>The node's memory is full and this is whom it hits; counts no more from now on.</summary>
    public SimContainer MarkOutOfMemory()
    {
        _outOfMemory = true;
        return this;
    }

    /// <summary>Kills all of it, and names the process that held most; null if none was left.</summary>
    public OutOfMemoryKill? KillForMemory()
    {
        var largest = _kernel?.LargestAt(_runtime.Time.GetUtcNow()).Process;
        Kill();
        return largest is null ? null : new(largest.Name, largest.Pid);
    }

    public void Forget()
    {
        DisposeTimers();
        _runtime.Disk.Delete(TerminationFile);
    }

    public ContainerStats? Stats()
    {
        if (Kernel is not { } kernel) return null;
        var now = _runtime.Time.GetUtcNow();
        var cpu = kernel.Cpu.At(now);
        return new ContainerStats(Id, now, cpu.Millis, TimeSpan.FromMicroseconds(cpu.UsedMicros), kernel.MemoryAt(now), Files, kernel.ProcessCount);
    }

    private void Run(DateTimeOffset startedAt, Replay? replay)
    {
        var kernel = MakeKernel(startedAt);
        _user = FindUser();
        var environment = MakeEnvironment();
        var directory = WorkingDirectory();
        var arguments = Command();
        var command = Resolve(kernel, arguments, environment.GetValueOrDefault("PATH"), directory, _user, CreateFailed);
        Func<DateTimeOffset> now = replay is null ? _runtime.Time.GetUtcNow : () => replay.IsOver ? _runtime.Time.GetUtcNow() : replay.Latest;
        var output = new LogFile(Log, LogStream.Stdout, now, Attached);
        var descriptors = new DescriptorTable(
            Tty(_stdin is null ? new NullFile() : new PipeFile(_stdin, isWriter: false), echo: output), Tty(output),
            Tty(new LogFile(Log, Config.Tty ? LogStream.Stdout : LogStream.Stderr, now, Attached)));
        var clock = new ProcessClock(_runtime.Time, replay, replay is null ? null : startedAt);
        lock (_gate) _status = _status with { State = ContainerState.Running, StartedAt = startedAt };
        _kernel = kernel;
        _scene = SceneAnnotations.CastOf(Sandbox.Config, Config.Name, Config.Attempt);
        kernel.MemoryChanged = MemoryHasChanged;
        if (replay is null) _runtime.Record(new JournalRecord.ContainerStarted(_runtime.NodeName, Id, startedAt));
        _runtime.Publish(RuntimeEventKind.ContainerStarted, this);
        var first = StartFirst(kernel, arguments, command, new ProcessSetup(environment, directory, _user, descriptors, clock));
        _ = WatchAsync(first);         // ends with the container
        Play(kernel, startedAt);
    }

    // Counted from its start, so a kubelet that takes it up later is still in time, or too late at once.
    private void Play(Kernel kernel, DateTimeOffset startedAt)
    {
        kernel.Ballast = _scene.MemoryFrom(startedAt);
        if (kernel.Ballast is not null) MemoryHasChanged();
        if (_scene.Exit is not var (code, after)) return;
        var due = startedAt + after - _runtime.Time.GetUtcNow();
        _sceneTimer = _runtime.Time.CreateTimer(_ =>
        {
            _scripted = (code, startedAt + after);
            kernel.KillAll();
        }, null, due > TimeSpan.Zero ? due : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    private void DisposeTimers()
    {
        _memoryTimer?.Dispose();
        _sceneTimer?.Dispose();
    }

    private OpenFile Tty(OpenFile file, OpenFile? echo = null) => Config.Tty ? new TerminalFile(file, echo, () => Window) : file;

    private async Task WatchAsync(SimProcess first)
    {
        var status = await first.Exited;
        if (_runtime.IsClosing) return;
        if (_outOfMemory) End(first.EndedAt, ExitStatus.Signalled(Signals.Kill), "OOMKilled", "");
        else if (_scripted is var (code, at)) End(at, new ExitStatus(code), ReasonOf(code), "");
        else End(first.EndedAt, status, ReasonOf(status.Code), "");
    }

    private void End(DateTimeOffset at, ExitStatus status, string reason, string message)
    {
        DisposeTimers();
        Root.Changed = null;
        var lastWords = Config.TerminationMessagePath == "" ? "" : Tail(_runtime.Disk.ReadFile(TerminationFile) ?? []);
        // Recorded first: whoever has seen the end finds it again after a kill of the kubelet.
        _runtime.Record(new JournalRecord.ContainerExited(_runtime.NodeName, Id, at, status.Code, status.Signal, reason, message, lastWords));
        lock (_gate)
            _status = _status with
            {
                State = ContainerState.Exited, FinishedAt = at, ExitCode = status.Code, Signal = status.Signal, Reason = reason, Message = message, TerminationMessage = lastWords,
            };
        Log.End(at);
        _ended.TrySetResult();
        _runtime.Publish(RuntimeEventKind.ContainerDied, this);
    }

    private static string ReasonOf(int code) => code == 0 ? "Completed" : "Error";

    private static string Tail(byte[] content) =>
        Encoding.UTF8.GetString(content.AsSpan(int.Max(0, content.Length - MaxTerminationMessage)));

    private void MemoryHasChanged()
    {
        CheckMemory();
        _runtime.Memory.Check();
    }

    // Kills the container when it holds more than its limit; comes back at the moment a growing one will.
    private void CheckMemory()
    {
        if (Config.Resources.MemoryLimit <= 0 || _kernel is not { } kernel) return;
        var now = _runtime.Time.GetUtcNow();
        var held = kernel.MemoryAt(now);
        if (held > Config.Resources.MemoryLimit)
        {
            _outOfMemory = true;
            kernel.KillAll();
            return;
        }
        var growth = kernel.GrowthAt(now);
        _memoryTimer?.Dispose();
        if (growth > 0) _memoryTimer = _runtime.Time.CreateTimer(_ => CheckMemory(), null, TimeSpan.FromSeconds(((Config.Resources.MemoryLimit - held) / (double)growth) + 0.001), Timeout.InfiniteTimeSpan);
    }
}
