using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Shell;

// What a shell keeps costs its process memory: variables, parameters, functions, aliases, actions of traps. A subshell's copies cost nothing, since the
// texts are the parent's; what it sets itself does.
internal sealed partial class ShellState
{
    private const long BytesPerText = 64;       // beside the characters
    private readonly Dictionary<string, Command> _functions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _aliases = new(StringComparer.Ordinal);
    private readonly Dictionary<int, string> _traps = [];
    private readonly Dictionary<string, long> _paid = new(StringComparer.Ordinal);      // by name; one with a blank is no variable's
    private readonly Stack<(string[] Parameters, long Paid)> _callers = new();
    private string[] _parameters = [];
    private long _parametersPaid;

    public IReadOnlyDictionary<string, Command> Functions => _functions;
    public IReadOnlyDictionary<string, string> Aliases => _aliases;

    /// <summary>Actions by signal, 0 for EXIT. An empty action ignores the signal.</summary>
    public IReadOnlyDictionary<int, string> Traps => _traps;

    /// <exception cref="ShellError">They are too much for the container.</exception>
    public string[] Parameters
    {
        get => _parameters;
        set
        {
            var size = Owner is null ? 0 : HeldMemory.SizeOf(value);
            Pay(size - _parametersPaid);
            (_parameters, _parametersPaid) = (value, size);
        }
    }

    public void Define(FunctionCommand function)
    {
        PayFor("f " + function.Name, function.Size);
        _functions[function.Name] = function.Body;
    }

    public void Undefine(string function)
    {
        if (_functions.Remove(function)) PayFor("f " + function, 0);
    }

    public void SetAlias(string name, string text)
    {
        PayFor("a " + name, SizeOf(text));
        _aliases[name] = text;
    }

    public bool RemoveAlias(string name)
    {
        PayFor("a " + name, 0);
        return _aliases.Remove(name);
    }

    public void RemoveAliases()
    {
        foreach (var (name, _) in _aliases) RemoveAlias(name);
    }

    /// <summary>No action: the signal does again what it does by itself.</summary>
    public void SetTrap(int signal, string? action)
    {
        PayFor($"t {signal}", action is null ? 0 : SizeOf(action));
        if (action is null) _traps.Remove(signal);
        else _traps[signal] = action;
    }

    /// <summary>The caller's parameters are kept until the function returns.</summary>
    public void EnterFunction(string[] parameters)
    {
        FunctionDepth++;
        _locals.Push([]);
        _callers.Push((_parameters, _parametersPaid));
        (_parameters, _parametersPaid) = (parameters, 0);       // the call itself holds them
    }

    public void LeaveFunction()
    {
        FunctionDepth--;
        foreach (var (name, (variable, paid)) in _locals.Pop())
        {
            Forget(name);
            if (variable is not null) _variables[name] = variable;
            if (paid > 0) _paid[name] = paid;
            Changed(name, isExported: true);
        }
        Pay(-_parametersPaid);
        (_parameters, _parametersPaid) = _callers.Pop();
    }

    private static long SizeOf(string text) => BytesPerText + (sizeof(char) * text.Length);

    private void PayFor(string name, long size)
    {
        _paid.TryGetValue(name, out var before);
        Pay(size - before);
        if (size > 0 && Owner is not null) _paid[name] = size;
        else if (before > 0) _paid.Remove(name);
    }

    private void Pay(long bytes)
    {
        try
        {
            if (bytes != 0) Owner?.Hold(bytes);
        }
        catch (FileError error)
        {
            throw new ShellError(error.Message, 2);
        }
    }
}
