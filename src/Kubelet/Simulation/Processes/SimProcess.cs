using System.Text;
using MiniK8s.Kubelet.Simulation.Files;

namespace MiniK8s.Kubelet.Simulation.Processes;

/// <summary>How a process ended: its own code, or 128 + signal.</summary>
internal readonly record struct ExitStatus(int Code, int Signal = 0)
{
    public static ExitStatus Signalled(int signal) => new(128 + signal, signal);
}

/// <summary>One process of a container: an async task with descriptors, environment, signals and a clock.</summary>
internal sealed class SimProcess
{
    private readonly CancellationTokenSource _killed = new();
    private readonly TaskCompletionSource<ExitStatus> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();        // guards _fatalSignal and _killedAt
    private int _fatalSignal;
    private long _held;
    private volatile bool _gaveBack;
    private int _burning;       // thousandths of a core
    private ResolvedCommand? _next;
    private DateTimeOffset _killedAt;

    public SimProcess(Kernel kernel, int pid, SimProcess? parent, IReadOnlyList<string> arguments, ProcessSetup setup)
    {
        Kernel = kernel;
        Pid = pid;
        ParentPid = parent?.Pid ?? 0;
        Arguments = arguments;
        Environment = setup.Environment;
        WorkingDirectory = setup.WorkingDirectory;
        User = setup.User;
        if (parent is not null) Umask = parent.Umask;
        Descriptors = setup.Descriptors;
        Clock = setup.Clock;
        Signals = parent?.Signals.ForChild() ?? new SignalInbox();
        Files = new ProcessFiles(this);
        Work = new WorkMeter(this);
        StartedAt = Clock.Now;
        Killed = _killed.Token;
    }

    public Kernel Kernel { get; }
    public int Pid { get; }
    public int ParentPid { get; set; }

    /// <summary>All of argv, the name first.</summary>
    public IReadOnlyList<string> Arguments { get; private set; }

    public string Name => FileTree.Name(Arguments[0]);

    /// <summary>Exported variables only, in the order they were set.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; set; }

    public string WorkingDirectory { get; set; }
    public FileUser User { get; }

    /// <summary>Permission bits that what it creates does not get.</summary>
    public int Umask { get; set; } = 0b000_010_010;

    public DescriptorTable Descriptors { get; }
    public ProcessFiles Files { get; }
    public WorkMeter Work { get; }
    public SignalInbox Signals { get; }
    public ProcessClock Clock { get; }
    public DateTimeOffset StartedAt { get; }

    /// <summary>Cancelled when the process must end at once; every wait of a program takes it.</summary>
    public CancellationToken Killed { get; }

    /// <summary>When it ended, or was killed; right once <see cref="Exited"/> is complete.</summary>
    public DateTimeOffset EndedAt => _fatalSignal != 0 ? _killedAt : Clock.Now;

    /// <summary>Completes when the process has ended and its descriptors are closed; never faults.</summary>
    public Task<ExitStatus> Exited => _exited.Task;

    /// <summary>The program that runs is to return: another one takes its place.</summary>
    public bool IsBecomingAnother => _next is not null;

    /// <summary>What ps shows in place of the arguments, when the program has changed its title.</summary>
    public string? Title { get; set; }

    /// <summary>Memory beyond what any small process takes; null: none.</summary>
    public MemoryUse? Memory { get; private set; }

    public OpenFile Stdin => Descriptors[0];
    public OpenFile Stdout => Descriptors[1];
    public OpenFile Stderr => Descriptors[2];

    /// <summary>Takes memory of the host for as long as the process lives, or gives some back.</summary>
    /// <exception cref="FileError">Its container has no more.</exception>
    public void Hold(long bytes)
    {
        if (_gaveBack) return;      // a file that outlived it closes
        if (!Kernel.TryHold(bytes)) throw new FileError("out of memory");
        Interlocked.Add(ref _held, bytes);
    }

    /// <summary>Takes memory of the host until the answer is disposed of; little is not counted.</summary>
    /// <exception cref="FileError">Its container has no more.</exception>
    public HeldMemory Holding(long bytes)
    {
        if (bytes < HeldMemory.Least) return default;
        Hold(bytes);
        return new HeldMemory(this, bytes);
    }

    /// <summary>The process holds this much from now on; its container may be killed for it.</summary>
    public void UseMemory(MemoryUse use)
    {
        Memory = use;
        Kernel.MemoryChanged?.Invoke();
    }

    /// <summary>The process wants some thousandths of a core more, from now on until it ends.</summary>
    public void Burn(int millis)
    {
        _burning += millis;
        Kernel.Cpu.Burn(millis, Clock.Now);
    }

    public string? Env(string name) => Environment.GetValueOrDefault(name);

    public async ValueTask WriteAsync(string text)
    {
        await Work.PayAsync(text.Length + WorkMeter.PerWrite);
        await Stdout.WriteAsync(Encoding.UTF8.GetBytes(text), Killed);
    }

    public ValueTask WriteLineAsync(string text) => WriteAsync(text + "\n");

    public ValueTask ErrorAsync(string text) => Stderr.WriteAsync(Encoding.UTF8.GetBytes(text + "\n"), Killed);

    public ValueTask SleepAsync(TimeSpan duration) => Clock.SleepAsync(duration, Killed);

    /// <summary>Waits for anything but time: the clock is live from then on.</summary>
    public async Task<T> WaitForAsync<T>(Task<T> task)
    {
        if (!task.IsCompleted) Clock.GoLive();
        return await task.WaitAsync(Killed);
    }

    /// <summary>Waits for the next caught signal and takes it.</summary>
    public async Task<int> NextSignalAsync()
    {
        Clock.GoLive();
        while (true)
        {
            if (Signals.TryTake() is { } signal) return signal;
            await Signals.ArrivedAsync().WaitAsync(Killed);
        }
    }

    /// <summary>Whether it may signal another: root's may, and those of the same user [kill(2)].</summary>
    public bool MaySignal(SimProcess other) => User.Uid == 0 || User.Uid == other.User.Uid;

    /// <summary>Whether it may look into another, its files and its environment [ptrace(2), PTRACE_MODE_READ_FSCREDS].</summary>
    public bool MayTrace(SimProcess other) =>
        (User.Uid == other.User.Uid && User.Gid == other.User.Gid) || (User.Uid == 0 && Kernel.MayTrace);

    /// <summary>
    /// What kill(2) does.
    /// <code>
    /// signal      | process                     | effect
    /// ------------+-----------------------------+---------------------------------------------
    /// KILL        | number 1, from inside       | none
    /// KILL        | any other, or from outside  | ends, 128 + 9
    /// any         | catches it                  | queued for the program
    /// any         | ignores it                  | none
    /// any         | default, number 1           | none: an init process has no default actions
    /// harmless    | default                     | none
    /// the rest    | default                     | ends, 128 + signal
    /// </code>
    /// </summary>
    public void Deliver(int signal, bool fromOutside = false)
    {
        if (signal == 0) return;
        if (signal == Processes.Signals.Kill)
        {
            if (Pid != 1 || fromOutside) Die(signal);
            return;
        }
        switch (Signals[signal])
        {
            case Disposition.Catch:
                Signals.Put(signal);
                break;
            case Disposition.Default when Pid != 1 && !Processes.Signals.IsHarmless(signal):
                Die(signal);
                break;
        }
    }

    /// <summary>
    /// What execve does, as soon as the program that runs has returned, whose exit code nobody sees: not an exception, whose way up through a shell's
    /// commands costs more than all else of a short script.
    /// </summary>
    public void Become(ResolvedCommand command, IReadOnlyList<string> arguments) => (_next, Arguments) = (command, arguments);

    /// <summary>Ends the process by a signal, whatever it is doing.</summary>
    public void Die(int signal)
    {
        lock (_gate)
        {
            if (_fatalSignal != 0) return;
            _fatalSignal = signal;
            _killedAt = Clock.Now;
        }
        _killed.Cancel();
    }

    /// <summary>Runs the program to its end, through any exec. The kernel calls this once.</summary>
    public async Task RunAsync(ResolvedCommand command)
    {
        var status = new ExitStatus(255);
        try
        {
            status = new ExitStatus(await RunToEndAsync(command) & 255);
        }
        catch (ProcessExit exit)
        {
            status = new ExitStatus(exit.Code & 255);
        }
        catch (BrokenPipe)
        {
            status = ExitStatus.Signalled(Processes.Signals.Pipe);
        }
        catch (OperationCanceledException) when (_killed.IsCancellationRequested)
        {
            // The fatal signal is read below.
        }
        catch (Exception error)
        {
            // A write that failed half way ends the real program too. Anything else is a fault of a program here: that process ends, and
            // says why, and nothing else is harmed.
            status = new ExitStatus(error is FileError or IOException ? 1 : 134);
            await ExplainAsync(error);
        }
        if (_fatalSignal != 0) status = ExitStatus.Signalled(_fatalSignal);
        Finish(status);
    }

    private async Task ExplainAsync(Exception error)
    {
        var text = error is InsufficientExecutionStackException ? "recursion too deep" : error.Message;
        try
        {
            if (Descriptors.IsOpen(2)) await ErrorAsync($"{Name}: {text}");
        }
        catch (Exception ex) when (ex is IOException or FileError or OperationCanceledException)
        {
            // Nobody is left to be told.
        }
    }

    private async Task<int> RunToEndAsync(ResolvedCommand command)
    {
        while (true)
        {
            if (command.Interpreter.Count > 0) Arguments = [.. command.Interpreter, command.Path, .. Arguments.Skip(1)];
            var code = await command.Program.RunAsync(this, Arguments);
            if (_next is null) return code;
            (command, _next) = (_next, null);
            if (HeldMemory.SizeOf(Arguments) is var size and >= HeldMemory.Least) Hold(size);
            Signals.ResetForExec();
        }
    }

    private void Finish(ExitStatus status)
    {
        Descriptors.CloseAll();
        _gaveBack = true;
        Kernel.TryHold(-Interlocked.Read(ref _held));
        if (_burning > 0) Kernel.Cpu.Burn(-_burning, EndedAt);
        Kernel.Ended(this);
        _exited.TrySetResult(status);
    }
}

/// <summary>What a new process starts with.</summary>
internal sealed record ProcessSetup(
    IReadOnlyDictionary<string, string> Environment, string WorkingDirectory, FileUser User, DescriptorTable Descriptors, ProcessClock Clock);

/// <summary>
/// Memory that a process holds: <paramref name="Bytes"/> at <paramref name="Since"/>, growing by so much a second up to a maximum.
/// </summary>
internal sealed record MemoryUse(long Bytes, DateTimeOffset Since, long GrowthPerSecond = 0, long Maximum = long.MaxValue)
{
    public long At(DateTimeOffset time) =>
        GrowthPerSecond == 0 ? Bytes : (long)double.Min(Maximum, Bytes + ((time - Since).TotalSeconds * GrowthPerSecond));
}
