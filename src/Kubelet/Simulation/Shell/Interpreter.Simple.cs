using System.Text;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Shell;

// Simple commands: assignments, redirections, and then a function, a built-in or a program.
internal sealed partial class Interpreter
{
    // Made for the first command.
    private Redirections Redirections => field ??= new Redirections(_self, _state, _expansion);

    // An error is told where it happened: further out, the line and the built-in that it is of are no longer known.
    private async ValueTask<int> RunReportingAsync(SimpleCommand command, bool isLast)
    {
        try
        {
            return await RunSimpleAsync(command, isLast);
        }
        catch (ShellError error)
        {
            await ReportAsync(error);
            throw;
        }
    }

    private async ValueTask<int> RunSimpleAsync(SimpleCommand command, bool isLast, bool withFunctions = true)
    {
        if (command.Line >= 0) _state.Line = command.Line;
        _substitutionStatus = 0;
        var words = command.Words is [{ Plain: "[[" }, ..] ? await TestWordsAsync(command.Words) : await _expansion.FieldsAsync(command.Words);
        if (words.Count == 0) return await AssignAsync(command);
        using var held = _self.Holding(HeldMemory.SizeOf(words));

        var assignments = new List<KeyValuePair<string, string>>();
        foreach (var assignment in command.Assignments) assignments.Add(new(assignment.Name, await _expansion.TextAsync(assignment.Value)));
        if (_state.Trace) await _self.ErrorAsync("+ " + string.Join(' ', assignments.Select(a => $"{a.Key}={ShellQuoting.IfNeeded(a.Value)}").Concat(words.Select(ShellQuoting.IfNeeded))));

        if (withFunctions && _state.Functions.TryGetValue(words[0], out var function))
            return await InShellAsync(command, assignments, () => CallAsync(function, words));
        if (words[0] == "exec") return await ExecAsync(command, words);
        if (Builtins.TryGetValue(words[0], out var builtin))
            return await InShellAsync(command, assignments, () => BuiltinAsync(builtin, words), isSpecial: SpecialBuiltins.Contains(words[0]));
        if (InProcess.Contains(words[0]) && _self.Kernel.Programs.Find(words[0]) is { } tool)
            return await InShellAsync(command, assignments, () => tool.RunAsync(_self, words));
        return await RunProgramAsync(command, assignments, words, isLast);
    }

    // Between [[ and ]] nothing is split, and only what is compared with is a pattern.
    private async ValueTask<List<string>> TestWordsAsync(IReadOnlyList<Word> words)
    {
        var fields = new List<string>();
        foreach (var word in words)
            fields.Add(fields is [.., "=" or "==" or "!="] ? await _expansion.PatternAsync(word) : await _expansion.TextAsync(word));
        return fields;
    }

    // An error of a special built-in ends the shell; of any other, only the command.
    private async ValueTask<int> BuiltinAsync(Builtin run, List<string> words)
    {
        var outer = _state.CommandName;
        _state.CommandName = words[0];
        try
        {
            return await run(this, words);
        }
        catch (ShellError error)
        {
            await ReportAsync(error);
            if (SpecialBuiltins.Contains(words[0]) || words[0] == "command") throw;
            return error.Status;
        }
        finally
        {
            _state.CommandName = outer;
        }
    }

    private async ValueTask<int> AssignAsync(SimpleCommand command)
    {
        foreach (var assignment in command.Assignments)
        {
            var value = await _expansion.TextAsync(assignment.Value);
            if (_state.Trace) await _self.ErrorAsync($"+ {assignment.Name}={ShellQuoting.IfNeeded(value)}");
            _state.Set(assignment.Name, value);
        }
        if (await RedirectAsync(command.Redirections) is not { } saved) return 1;
        Redirections.Restore(saved);
        return _substitutionStatus;
    }

    // Functions and built-ins run in this process, between the redirections and their undoing.
    private async ValueTask<int> InShellAsync(
        SimpleCommand command, List<KeyValuePair<string, string>> assignments, Func<ValueTask<int>> run, bool isSpecial = false)
    {
        if (await RedirectAsync(command.Redirections) is not { } saved)
        {
            if (isSpecial && !IsInteractive) _leave = Leave.Exit;
            return _state.LastStatus = 1;
        }
        var old = assignments.ConvertAll(a => (a.Key, Value: _state.Get(a.Key)));
        try
        {
            foreach (var (name, value) in assignments) _state.Set(name, value);
            return await run();
        }
        catch (FileError error)
        {
            await _self.ErrorAsync($"{_self.Name}: write error: {error.Message}");
            return 1;
        }
        finally
        {
            Redirections.Restore(saved);
            if (!isSpecial)
                foreach (var (name, value) in old)
                {
                    if (value is null) _state.Unset(name);
                    else _state.Set(name, value);
                }
        }
    }

    private async ValueTask<int> CallAsync(Command body, List<string> words)
    {
        if (_state.FunctionDepth >= MaxFunctionDepth) return await AbandonAsync($"{words[0]}: maximum function nesting level exceeded");
        var loops = _loops;
        _state.EnterFunction([.. words.Skip(1)]);
        _loops = 0;
        try
        {
            var status = await RunAsync(body);
            if (_leave != Leave.Return) return status;
            _leave = Leave.No;
            return _state.LastStatus;
        }
        finally
        {
            _state.LeaveFunction();
            _loops = loops;
        }
    }

    private async ValueTask<int> RunProgramAsync(SimpleCommand command, List<KeyValuePair<string, string>> assignments, List<string> words, bool isLast)
    {
        var replaces = isLast && _state.Traps.Count == 0 && _state.Jobs.Count == 0;
        var descriptors = replaces ? _self.Descriptors : _self.Descriptors.Copy();
        try
        {
            await Redirections.ApplyAsync(descriptors, command.Redirections);
            _self.Kernel.Throttle.Charge(StepsPerFork + (_state.NameCount / 64));
            var found = Find(words[0]) ?? throw new ShellError(NotFound(words[0], command.Line), 127);
            IReadOnlyDictionary<string, string> environment = _state.Exported();
            if (assignments.Count > 0)
            {
                var own = new Dictionary<string, string>(environment);
                foreach (var (name, value) in assignments) own[name] = value;
                environment = own;
            }
            if (!ArgumentLimit.Allows(words, environment)) throw new ShellError($"{words[0]}: Argument list too long", 126);
            if (replaces) return Replace(found, words, environment);
            var setup = new ProcessSetup(environment, _self.WorkingDirectory, _self.User, descriptors, _self.Clock.ForChild());
            return await WaitForChildAsync(_self.Kernel.Start(_self, words, found, setup));
        }
        catch (ShellError error)
        {
            // Written where the command's own errors would have gone.
            if (descriptors.IsOpen(2))
                await descriptors[2].WriteAsync(Encoding.UTF8.GetBytes($"{(error.Status == 127 && IsBash ? "" : Prefix())}{error.Message}\n"), _self.Killed);
            if (!replaces) descriptors.CloseAll();
            return error.Status;
        }
        catch (FileError error)
        {
            await WarnAsync($"can't fork: {error.Message}");
            return 2;
        }
    }

    private bool IsBash => FileTree.Name(_self.Arguments[0]) == "bash";

    private string NotFound(string name, int line)
    {
        if (IsBash)
            return $"{_state.Name}: line {line}: {name}: {(name.Contains('/') ? "No such file or directory" : "command not found")}";
        return name == "" ? ": Permission denied" : $"{name}: not found";
    }

    // As ash's hash: where a name was found it is looked for first, until PATH changes.
    private ResolvedCommand? Search(string name)
    {
        var found = _self.Kernel.Resolve(name, _state.Get("PATH"), _self.WorkingDirectory, _self.User);
        if (found is not null && !name.Contains('/') && found.Path.StartsWith('/')) _state.Found[name] = found.Path;
        return found;
    }

    private ResolvedCommand? Find(string name)
    {
        if (name == "") return null;
        try
        {
            return _state.Found.TryGetValue(name, out var path) && _self.Kernel.Resolve(path, null, _self.WorkingDirectory, _self.User) is { } known ? known : Search(name);
        }
        catch (FileError) when (_state.Found.Remove(name))
        {
            return Find(name);
        }
        catch (FileError error) when (error.Message == FileError.NotFound.Message)
        {
            return null;
        }
        catch (FileError error) when (error.Message == "Exec format error")
        {
            // A script without an interpreter line is run by the shell that was asked for it.
            return new ResolvedCommand(new ShellProgram(), [_self.Arguments[0]], name);
        }
        catch (FileError error)
        {
            throw new ShellError($"{name}: {error.Message}", 126);
        }
    }

    private async ValueTask<int> ExecAsync(SimpleCommand command, List<string> words)
    {
        try
        {
            await Redirections.ApplyAsync(_self.Descriptors, command.Redirections);
        }
        catch (ShellError error)
        {
            await ReportAsync(error);
            _leave = Leave.Exit;
            return error.Status;
        }
        if (words.Count == 1) return 0;
        var found = Find(words[1]);
        if (found is not null && !ArgumentLimit.Allows(words, _state.Exported())) throw new ShellError($"exec: {words[1]}: Argument list too long", 126);
        if (found is not null) return Replace(found, words[1..], _state.Exported());
        await _self.ErrorAsync($"{_state.Name}: {(IsBash ? $"line {command.Line}: exec" : $"exec: line {_state.Line}")}: {words[1]}: not found");
        _state.LastStatus = 127;
        _leave = Leave.Exit;
        return 127;
    }

    private int Replace(ResolvedCommand found, List<string> words, IReadOnlyDictionary<string, string> environment)
    {
        _self.Kernel.Throttle.Charge(StepsPerExec);
        _self.Environment = environment;
        _self.Become(found, words);
        _leave = Leave.Exit;
        return 0;
    }

    // Null: a redirection failed and has been reported. Otherwise what the descriptors were, to be put back.
    private async ValueTask<List<(int Number, OpenFile? Old)>?> RedirectAsync(IReadOnlyList<Redirection> redirections)
    {
        try
        {
            return await Redirections.ReplaceAsync(redirections);
        }
        catch (ShellError error)
        {
            await ReportAsync(error);
            return null;
        }
    }
}
