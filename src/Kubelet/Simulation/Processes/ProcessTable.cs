using MiniK8s.Kubelet.Simulation.Files;

namespace MiniK8s.Kubelet.Simulation.Processes;

/// <summary>
/// The processes that know each other by their numbers: those of one container, or of all containers of a pod that shares them. When
/// process 1 ends, all end [pid_namespaces(7)].
/// </summary>
/// <remarks>
/// <code>
/// who joins which                  | process 1 is                    | ends with
/// ---------------------------------+---------------------------------+------------------
/// a container                      | its own first process           | itself
/// a container of a pod that shares | /pause, of the sandbox          | the sandbox
/// one with a target                | the first process of its target | its target too
/// </code>
/// </remarks>
internal sealed class ProcessTable
{
    private readonly Lock _gate = new();        // guards what is below, and of each kernel its first process and its count; a leaf
    private readonly SortedDictionary<int, SimProcess> _processes = [];
    private int _next = 1;

    public IReadOnlyList<SimProcess> All
    {
        get { lock (_gate) return [.. _processes.Values]; }
    }

    public SimProcess? Find(int pid)
    {
        lock (_gate) return _processes.GetValueOrDefault(pid);
    }

    /// <summary>Those of one container.</summary>
    public IReadOnlyList<SimProcess> Of(Kernel kernel)
    {
        lock (_gate) return [.. _processes.Values.Where(p => p.Kernel == kernel)];
    }

    /// <summary>What a container's processes have taken, without leaving anything behind: it is asked of every container every few seconds.</summary>
    public long MemoryOf(Kernel kernel, DateTimeOffset time)
    {
        lock (_gate)
        {
            var held = 0L;
            foreach (var (_, process) in _processes)
                if (process.Kernel == kernel) held += process.Memory?.At(time) ?? 0;
            return held;
        }
    }

    /// <summary>Numbers a new process.</summary>
    /// <exception cref="FileError">Its container has too many, or is over, as is everything once process 1 has ended.</exception>
    public SimProcess Add(Kernel kernel, SimProcess? parent, IReadOnlyList<string> arguments, ProcessSetup setup)
    {
        lock (_gate)
        {
            if (kernel.ProcessCount >= Kernel.MaxProcesses || (_next > 1 && !_processes.ContainsKey(1)) || kernel.First is { } first && !_processes.ContainsKey(first.Pid))
                throw new FileError("Resource temporarily unavailable");
            var process = new SimProcess(kernel, _next++, parent, arguments, setup);
            _processes[process.Pid] = process;
            kernel.First ??= process;
            kernel.ProcessCount++;
            return process;
        }
    }

    /// <summary>A process has ended: its children belong to process 1 now.</summary>
    public void Remove(SimProcess process)
    {
        lock (_gate)
        {
            _processes.Remove(process.Pid);
            process.Kernel.ProcessCount--;
            foreach (var child in _processes.Values.Where(p => p.ParentPid == process.Pid)) child.ParentPid = 1;
        }
        if (process.Pid != 1) return;
        foreach (var left in All) left.Die(Signals.Kill);
    }
}
