using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Shell;

/// <summary>What a shell remembers between commands; a subshell starts with a copy.</summary>
internal sealed partial class ShellState
{
    private readonly Dictionary<string, Variable> _variables = new(StringComparer.Ordinal);
    private readonly Stack<Dictionary<string, (Variable? Variable, long Paid)>> _locals = new();
    private Dictionary<string, string>? _exported;

    public ShellState(string name, IEnumerable<KeyValuePair<string, string>> environment)
    {
        Name = name;
        foreach (var (key, value) in environment) _variables[key] = new Variable(value, IsExported: true, IsReadOnly: false);
    }

    /// <summary>Who pays for the variables; a subshell only for those that it sets.</summary>
    public SimProcess? Owner { get; set; }

    /// <summary>Of variables, functions and aliases.</summary>
    public int NameCount => _variables.Count + _functions.Count + _aliases.Count;

    /// <summary><c>$0</c>, and what error texts begin with.</summary>
    public string Name { get; set; }

    public int LastStatus { get; set; }
    public int? LastBackgroundPid { get; set; }
    /// <summary>The script, sourced file or built-in that is running, for error texts; null: none, as in <c>sh -c</c>.</summary>
    public string? CommandName { get; set; }

    /// <summary>Where the command that is running stands: <c>$LINENO</c>.</summary>
    public int Line { get; set; }

    /// <summary><c>$$</c>: the same in every subshell.</summary>
    public int Pid { get; init; }

    /// <summary>How far getopts has read into a word of joined options.</summary>
    public int OptionOffset { get; set; }

    /// <summary>Background processes that nobody has waited for.</summary>
    public List<Job> Jobs { get; } = [];

    public bool ExitOnError { get; set; }
    public bool Trace { get; set; }
    public bool NoUnset { get; set; }
    public bool NoGlob { get; set; }
    public bool PipeFail { get; set; }
    public bool NoClobber { get; set; }
    public bool NoExecute { get; set; }
    public int FunctionDepth { get; private set; }

    public string? Get(string name) => _variables.TryGetValue(name, out var variable) ? variable.Value : null;

    /// <exception cref="ShellError">The variable is read-only.</exception>
    public void Set(string name, string value)
    {
        var old = _variables.GetValueOrDefault(name);
        if (old is { IsReadOnly: true }) throw new ShellError($"{name}: is read only", 2);
        PayFor(name, SizeOf(value));
        _variables[name] = new Variable(value, old?.IsExported ?? false, IsReadOnly: false);
        Changed(name, old?.IsExported ?? false);
    }

    private void Changed(string name, bool isExported)
    {
        if (isExported) _exported = null;
        if (name == "PATH") Found.Clear();
    }

    public void Unset(string name)
    {
        if (_variables.GetValueOrDefault(name) is { IsReadOnly: true }) throw new ShellError($"{name}: is read only", 2);
        Forget(name);
        Changed(name, isExported: true);
    }

    public void Export(string name)
    {
        _variables[name] = (_variables.GetValueOrDefault(name) ?? new Variable(null, false, false)) with { IsExported = true };
        _exported = null;
    }

    public void Unexport(string name)
    {
        if (_variables.TryGetValue(name, out var variable)) _variables[name] = variable with { IsExported = false };
        _exported = null;
    }

    public IEnumerable<KeyValuePair<string, string?>> ReadOnly =>
        _variables.Where(v => v.Value.IsReadOnly).Select(v => KeyValuePair.Create(v.Key, v.Value.Value)).OrderBy(v => v.Key, StringComparer.Ordinal);

    public void MakeReadOnly(string name) =>
        _variables[name] = (_variables.GetValueOrDefault(name) ?? new Variable(null, false, false)) with { IsReadOnly = true };

    public IEnumerable<KeyValuePair<string, string>> All =>
        _variables.Where(v => v.Value.Value is not null).Select(v => KeyValuePair.Create(v.Key, v.Value.Value!));

    /// <summary>The environment of what it starts; one and the same until a variable that belongs to it changes.</summary>
    public IReadOnlyDictionary<string, string> Exported() =>
        _exported ??= _variables.Where(v => v.Value is { IsExported: true, Value: not null }).ToDictionary(v => v.Key, v => v.Value.Value!);

    /// <summary>Where commands were found by PATH.</summary>
    public Dictionary<string, string> Found { get; } = new(StringComparer.Ordinal);

    private void Forget(string name)
    {
        if (_variables.Remove(name)) PayFor(name, 0);
    }

    /// <summary>The variable is unset, and gets its present value back when the function returns.</summary>
    public void MakeLocal(string name)
    {
        if (!_locals.TryPeek(out var scope) || !scope.TryAdd(name, (_variables.GetValueOrDefault(name), _paid.GetValueOrDefault(name)))) return;
        _paid.Remove(name);
        if (_variables.TryGetValue(name, out var old)) _variables[name] = old with { Value = null };
        Changed(name, isExported: true);
    }

    public ShellState Fork()
    {
        var copy = new ShellState(Name, [])
        {
            CommandName = CommandName, Line = Line, Pid = Pid, OptionOffset = OptionOffset, NoClobber = NoClobber, NoExecute = NoExecute,
            Parameters = Parameters, LastStatus = LastStatus, LastBackgroundPid = LastBackgroundPid, ExitOnError = ExitOnError,
            Trace = Trace, NoUnset = NoUnset, NoGlob = NoGlob, PipeFail = PipeFail, FunctionDepth = FunctionDepth,
        };
        // What the parent has paid for, the copy has not.
        foreach (var (name, variable) in _variables) copy._variables[name] = variable;
        foreach (var (name, body) in _functions) copy._functions[name] = body;
        foreach (var (name, text) in _aliases) copy._aliases[name] = text;
        foreach (var _ in _locals) copy._locals.Push([]);
        foreach (var caller in _callers) copy._callers.Push((caller.Parameters, 0));
        foreach (var (signal, action) in _traps.Where(t => t.Value == "")) copy._traps[signal] = action;
        return copy;
    }

    private sealed record Variable(string? Value, bool IsExported, bool IsReadOnly);
}

/// <summary>A command of the shell itself failed; a script ends on it where POSIX says so.</summary>
internal sealed class ShellError(string message, int status) : Exception(message)
{
    public int Status { get; } = status;

    /// <summary>Its text has been written already.</summary>
    public bool IsReported { get; set; }
}

/// <summary>A background process under the number that <c>%n</c> knows it by.</summary>
internal sealed class Job(int number, SimProcess process)
{
    public int Number { get; } = number;
    public SimProcess Process { get; } = process;

    /// <summary>Its end was noticed while another one was waited for: nobody is told of it any more.</summary>
    public bool IsSeen { get; set; }
}
