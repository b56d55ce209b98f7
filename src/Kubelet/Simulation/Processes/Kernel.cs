using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Network;

namespace MiniK8s.Kubelet.Simulation.Processes;

/// <summary>
/// What the processes of one container share: files, network, programs, time, the process table. Its first process is 1; when that ends,
/// all end.
/// </summary>
internal sealed class Kernel(
    VirtualFileSystem files, NetworkNamespace network, IProgramTable programs, string hostname, IReadOnlyDictionary<string, string> facts,
    LinuxResources resources, TimeProvider time, DateTimeOffset bootedAt)
{
    /// <summary>Processes at once, as a pids limit would have it.</summary>
    public const int MaxProcesses = 256;

    /// <summary>Directories of a PATH: those after it are not looked into.</summary>
    public const int MaxSearched = 256;

    private readonly Lock _gate = new();        // guards _processes and _nextPid
    private readonly SortedDictionary<int, SimProcess> _processes = [];
    private int _nextPid = 1;

    public VirtualFileSystem Files { get; } = files;
    public NetworkNamespace Network { get; } = network;
    public IProgramTable Programs { get; } = programs;
    public string Hostname { get; } = hostname;

    /// <summary>What the image says about its programs, for example <c>nginx.version</c>.</summary>
    public IReadOnlyDictionary<string, string> Facts { get; } = facts;

    /// <summary>What the container is granted.</summary>
    public LinuxResources Resources { get; } = resources;

    public TimeProvider Time { get; } = time;
    public DateTimeOffset BootedAt { get; } = bootedAt;
    public StepThrottle Throttle { get; } = new(time);

    /// <summary>What variables and buffers of its processes may take of the host at once, whatever the container's own limit.</summary>
    public const long MaxHeldBytes = 64 << 20;

    private long _held;

    /// <summary>Memory that no process took, but is held all the same.</summary>
    public MemoryUse? Ballast { get; set; }

    /// <summary>Told when a process has taken or freed memory.</summary>
    public Action? MemoryChanged { get; set; }

    public IReadOnlyList<SimProcess> Processes
    {
        get { lock (_gate) return [.. _processes.Values]; }
    }

    public SimProcess? Find(int pid)
    {
        lock (_gate) return _processes.GetValueOrDefault(pid);
    }

    /// <summary>Starts a process; the descriptors in <paramref name="setup"/> become its own, also when this throws.</summary>
    public SimProcess Start(SimProcess? parent, IReadOnlyList<string> arguments, ResolvedCommand command, ProcessSetup setup)
    {
        SimProcess process;
        lock (_gate)
        {
            if (_processes.Count >= MaxProcesses || (_nextPid > 1 && !_processes.ContainsKey(1)))
            {
                setup.Descriptors.CloseAll();
                throw new FileError("Resource temporarily unavailable");
            }
            process = new SimProcess(this, _nextPid++, parent, arguments, setup);
            _processes[process.Pid] = process;
        }
        // Runs on the caller until its first wait; the kernel owns the task, and Exited tells of its end.
        _ = process.RunAsync(command);
        return process;
    }

    /// <summary>
    /// Finds what a command name stands for, by PATH unless it holds a slash; a script with <c>#!</c> is its interpreter.
    /// </summary>
    /// <exception cref="FileError">It exists but cannot be executed, or a path does not exist.</exception>
    /// <returns>Null if PATH does not have it.</returns>
    public ResolvedCommand? Resolve(string name, string? searchPath, string cwd, FileUser user)
    {
        if (name.Contains('/')) return ResolvePath(name, cwd, user);
        foreach (var directory in (searchPath ?? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin").Split(':').Take(MaxSearched))
        {
            var path = $"{directory}/{name}";
            if (Files.Find(path, cwd) is { } node && VirtualFileSystem.CanExecute(node, user)) return ResolvePath(path, cwd, user);
        }
        return null;
    }

    /// <summary>Signals a process from outside the container; false if there is none.</summary>
    public bool SignalFirst(int signal)
    {
        if (Find(1) is not { } first) return false;
        first.Deliver(signal, fromOutside: true);
        return true;
    }

    /// <summary>Everything the container holds: 1 MiB to begin with, what its processes take and their variables and buffers do, and the ballast.</summary>
    public long MemoryAt(DateTimeOffset time)
    {
        // Asked of every container every few seconds: nothing is left behind.
        lock (_gate)
        {
            var held = (1 << 20) + HeldPages(Interlocked.Read(ref _held)) + (Ballast?.At(time) ?? 0);
            foreach (var (_, process) in _processes) held += process.Memory?.At(time) ?? 0;
            return held;
        }
    }

    /// <summary>By how much that grows in a second.</summary>
    public long GrowthAt(DateTimeOffset time) =>
        Processes.Select(p => p.Memory).Append(Ballast).Sum(m => m is not null && m.At(time) < m.Maximum ? m.GrowthPerSecond : 0);

    /// <summary>The process that holds most, the ballast being the first one's; null once none is left.</summary>
    public (SimProcess? Process, long Bytes) LargestAt(DateTimeOffset time)
    {
        (SimProcess? Process, long Bytes) largest = default;
        foreach (var process in Processes)
        {
            var bytes = (process.Memory?.At(time) ?? 0) + (process.Pid == 1 ? Ballast?.At(time) ?? 0 : 0);
            if (largest.Process is null || bytes > largest.Bytes) largest = (process, bytes);
        }
        return largest;
    }

    public int ProcessCount
    {
        get { lock (_gate) return _processes.Count; }
    }

    /// <summary>Takes memory of the host, or gives it back; false, and nothing taken, where that would be too much.</summary>
    public bool TryHold(long bytes)
    {
        var after = Interlocked.Add(ref _held, bytes);
        if (bytes > 0 && after > MaxHeldBytes)
        {
            Interlocked.Add(ref _held, -bytes);
            return false;
        }
        if (HeldPages(after) != HeldPages(after - bytes)) MemoryChanged?.Invoke();
        return true;
    }

    // In whole mebibytes: the little that any shell has in its variables is in the one that every container begins with.
    private static long HeldPages(long bytes) => bytes >> 20 << 20;

    public void KillAll()
    {
        foreach (var process in Processes) process.Die(Simulation.Processes.Signals.Kill);
    }

    /// <summary>A process has ended: its children belong to the first one now, and with the first one all end.</summary>
    public void Ended(SimProcess process)
    {
        lock (_gate)
        {
            _processes.Remove(process.Pid);
            foreach (var child in _processes.Values.Where(p => p.ParentPid == process.Pid)) child.ParentPid = 1;
        }
        if (process.Pid == 1) KillAll();
        if (process.Memory is not null) MemoryChanged?.Invoke();
        Network.CloseListenersOf(process);
    }

    private ResolvedCommand ResolvePath(string path, string cwd, FileUser user)
    {
        var node = Files.Locate(path, cwd).Node ?? throw FileError.NotFound;
        if (node is DirectoryNode || !VirtualFileSystem.CanExecute(node, user)) throw FileError.Denied;
        var file = (RegularFile)node;
        if (file.Program is { } program) return new ResolvedCommand(Programs.Find(program) ?? throw FileError.NotFound, [], path);
        return ScriptFile.Interpreter(file, path) is { } line && ResolvePath(line[0], "/", user) is { } interpreter
            ? new ResolvedCommand(interpreter.Program, line, path)
            : throw new FileError("Exec format error");
    }
}

/// <summary>The built-in programs by name.</summary>
internal interface IProgramTable
{
    IProgram? Find(string name);
}
