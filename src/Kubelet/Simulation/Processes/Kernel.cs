using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Network;

namespace MiniK8s.Kubelet.Simulation.Processes;

/// <summary>
/// What the processes of one container share: files, network, programs, time, memory, and a process table, which may hold other containers'
/// processes too. When its first process ends, all of its own end.
/// </summary>
internal sealed class Kernel(
    VirtualFileSystem files, NetworkNamespace network, IProgramTable programs, string hostname, IReadOnlyDictionary<string, string> facts,
    LinuxResources resources, TimeProvider time, DateTimeOffset bootedAt, ProcessTable table)
{
    /// <summary>Processes at once, as a pids limit would have it.</summary>
    public const int MaxProcesses = 256;

    /// <summary>Directories of a PATH: those after it are not looked into.</summary>
    public const int MaxSearched = 256;

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
    public StepThrottle Throttle { get; } = new(new CpuTime(resources, bootedAt), time);

    /// <summary>What its processes have of the processor.</summary>
    public CpuTime Cpu => Throttle.Cpu;

    /// <summary>What variables and buffers of its processes may take of the host at once, whatever the container's own limit.</summary>
    public const long MaxHeldBytes = 64 << 20;

    private long _held;

    /// <summary>Memory that no process took, but is held all the same.</summary>
    public MemoryUse? Ballast { get; set; }

    /// <summary>Told when a process has taken or freed memory.</summary>
    public Action? MemoryChanged { get; set; }

    /// <summary>Root here may look into other users' processes (CAP_SYS_PTRACE).</summary>
    public bool MayTrace { get; init; }

    /// <summary>All that its processes see, by number: their own, and those of the containers that share the table.</summary>
    public IReadOnlyList<SimProcess> Processes => table.All;

    /// <summary>Its own alone.</summary>
    public IReadOnlyList<SimProcess> OwnProcesses => table.Of(this);

    public ProcessTable Table => table;

    /// <summary>What the container was started with; null until then. Set by the table, as is the count.</summary>
    public SimProcess? First { get; set; }

    /// <summary>How many are its own.</summary>
    public int ProcessCount { get; set; }

    public SimProcess? Find(int pid) => table.Find(pid);

    /// <summary>Starts a process; the descriptors in <paramref name="setup"/> become its own, also when this throws.</summary>
    public SimProcess Start(SimProcess? parent, IReadOnlyList<string> arguments, ResolvedCommand command, ProcessSetup setup)
    {
        SimProcess process;
        try
        {
            process = table.Add(this, parent, arguments, setup);
        }
        catch (FileError)
        {
            setup.Descriptors.CloseAll();
            throw;
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

    /// <summary>Signals the first process from outside the container, if it still runs.</summary>
    public void SignalFirst(int signal)
    {
        if (First is { } first && Find(first.Pid) is not null) first.Deliver(signal, fromOutside: true);
    }

    /// <summary>Everything the container holds: 1 MiB to begin with, what its processes take and their variables and buffers do, and the ballast.</summary>
    public long MemoryAt(DateTimeOffset time) =>
        (1 << 20) + HeldPages(Interlocked.Read(ref _held)) + (Ballast?.At(time) ?? 0) + table.MemoryOf(this, time);

    /// <summary>By how much that grows in a second.</summary>
    public long GrowthAt(DateTimeOffset time) =>
        OwnProcesses.Select(p => p.Memory).Append(Ballast).Sum(m => m is not null && m.At(time) < m.Maximum ? m.GrowthPerSecond : 0);

    /// <summary>The process that holds most, the ballast being the first one's; null once none is left.</summary>
    public (SimProcess? Process, long Bytes) LargestAt(DateTimeOffset time)
    {
        (SimProcess? Process, long Bytes) largest = default;
        foreach (var process in OwnProcesses)
        {
            var bytes = (process.Memory?.At(time) ?? 0) + (process == First ? Ballast?.At(time) ?? 0 : 0);
            if (largest.Process is null || bytes > largest.Bytes) largest = (process, bytes);
        }
        return largest;
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

    /// <summary>Kills its own.</summary>
    public void KillAll()
    {
        foreach (var process in OwnProcesses) process.Die(Signals.Kill);
    }

    /// <summary>A process of its own has ended. With the first one all others go, as a shim sees to it where the table is shared.</summary>
    public void Ended(SimProcess process)
    {
        table.Remove(process);
        if (process == First) KillAll();
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
