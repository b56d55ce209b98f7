using System.Globalization;
using System.Text;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Shell;

// Commands that act on the shell itself.
internal sealed partial class Interpreter
{
    private delegate ValueTask<int> Builtin(Interpreter shell, List<string> words);

    private static readonly Dictionary<string, Builtin> Builtins = new(StringComparer.Ordinal)
    {
        [":"] = (_, _) => ValueTask.FromResult(0),
        ["."] = (shell, words) => shell.SourceAsync(words),
        ["source"] = (shell, words) => shell.SourceAsync(words),
        ["break"] = (shell, words) => shell.LeaveLoop(Leave.Break, words),
        ["continue"] = (shell, words) => shell.LeaveLoop(Leave.Continue, words),
        ["return"] = (shell, words) => shell.LeaveWith(Leave.Return, words),
        ["exit"] = (shell, words) => shell.LeaveWith(Leave.Exit, words),
        ["cd"] = (shell, words) => shell.ChangeDirectoryAsync(words),
        ["command"] = (shell, words) => shell.CommandAsync(words),
        ["type"] = (shell, words) => shell.TypeAsync(words),
        ["eval"] = (shell, words) => shell.EvalAsync(words),
        ["export"] = (shell, words) => shell.ExportAsync(words),
        ["readonly"] = (shell, words) => shell.Declare(words, shell._state.MakeReadOnly),
        ["local"] = (shell, words) => shell.Declare(words, _ => { }, isLocal: true),
        ["unset"] = (shell, words) => shell.Unset(words),
        ["set"] = (shell, words) => shell.SetAsync(words),
        ["shift"] = (shell, words) => shell.Shift(words),
        ["read"] = (shell, words) => shell.ReadAsync(words),
        ["trap"] = (shell, words) => shell.TrapAsync(words),
        ["wait"] = (shell, words) => shell.WaitAsync(words),
        ["jobs"] = (shell, _) => shell.JobsAsync(),
        ["let"] = (shell, words) => ValueTask.FromResult(words.Skip(1).Select(shell._expansion.Evaluate).LastOrDefault() == 0 ? 1 : 0),
        ["umask"] = (shell, _) => shell.PrintAsync("0022"),
        ["ulimit"] = (shell, _) => shell.PrintAsync("unlimited"),
    };

    /// <summary>Those whose assignments stay.</summary>
    private static readonly HashSet<string> SpecialBuiltins = [":", ".", "eval", "export", "readonly", "set", "unset", "return", "exit", "shift", "trap"];

    /// <summary>Programs that a shell has inside it: they run without a process of their own.</summary>
    private static readonly HashSet<string> InProcess = ["echo", "printf", "test", "[", "[[", "true", "false", "pwd", "kill"];

    private async ValueTask<int> PrintAsync(string line)
    {
        await _self.WriteLineAsync(line);
        return 0;
    }

    private ValueTask<int> LeaveLoop(Leave leave, List<string> words)
    {
        if (_loops == 0) return ValueTask.FromResult(0);
        _leave = leave;
        _leaveLevels = words.Count > 1 && int.TryParse(words[1], out var levels) ? int.Min(int.Max(levels, 1), _loops) : 1;
        return ValueTask.FromResult(0);
    }

    private async ValueTask<int> LeaveWith(Leave leave, List<string> words)
    {
        var status = _state.LastStatus;
        if (words.Count > 1 && !int.TryParse(words[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out status))
        {
            await _self.ErrorAsync($"{_state.Name}: {words[0]}: Illegal number: {words[1]}");
            status = 2;
        }
        _state.LastStatus = status & 255;
        _leave = leave;
        return _state.LastStatus;
    }

    private async ValueTask<int> ChangeDirectoryAsync(List<string> words)
    {
        var target = words.Count > 1 ? words[1] : _state.Get("HOME") ?? "/";
        if (target == "-") target = _state.Get("OLDPWD") ?? _self.WorkingDirectory;
        if (_self.Files.Find(target) is not DirectoryNode)
        {
            await _self.ErrorAsync($"{_state.Name}: cd: can't cd to {target}: {(_self.Files.Exists(target) ? "Not a directory" : "No such file or directory")}");
            return 1;
        }
        _state.Set("OLDPWD", _self.WorkingDirectory);
        _self.WorkingDirectory = _self.Files.FullPath(target);
        _state.Set("PWD", _self.WorkingDirectory);
        return 0;
    }

    private async ValueTask<int> CommandAsync(List<string> words)
    {
        if (words.Count == 1) return 0;
        if (words[1] is not ("-v" or "-V")) return await RunSimpleAsync(new SimpleCommand([], [.. words.Skip(1).Select(Quoted)]), isLast: false);
        if (words.Count < 3) return 0;
        return Where(words[2]) is { } place ? await PrintAsync(place) : 127;
    }

    private static Word Quoted(string text) => new([new LiteralPart(text, true)]);

    private async ValueTask<int> TypeAsync(List<string> words)
    {
        foreach (var name in words.Skip(1))
        {
            if (Where(name) is not { } place)
            {
                await _self.ErrorAsync($"{name}: not found");
                return 127;
            }
            await _self.WriteLineAsync(place == name ? $"{name} is a shell builtin" : $"{name} is {place}");
        }
        return 0;
    }

    // A built-in or function is where it is: its own name.
    private string? Where(string name)
    {
        if (Builtins.ContainsKey(name) || InProcess.Contains(name) || name == "exec" || _state.Functions.ContainsKey(name)) return name;
        if (name.Contains('/')) return _self.Files.Exists(name) ? name : null;
        return (_state.Get("PATH") ?? "/usr/bin:/bin").Split(':').Select(directory => $"{directory}/{name}")
            .FirstOrDefault(path => _self.Files.Find(path) is { } node && VirtualFileSystem.CanExecute(node, _self.User));
    }

    private async ValueTask<int> EvalAsync(List<string> words)
    {
        _state.LastStatus = 0;
        await RunLinesAsync(string.Join(' ', words.Skip(1)));
        return _state.LastStatus;
    }

    private async ValueTask<int> SourceAsync(List<string> words)
    {
        if (words.Count == 1) return 2;
        string script;
        try
        {
            script = await _self.Files.ReadTextAsync(words[1]);
        }
        catch (FileError error)
        {
            throw new ShellError($"{words[0]}: can't open '{words[1]}': {error.Message}", 2);
        }
        _state.LastStatus = 0;
        await RunLinesAsync(script);
        if (_leave == Leave.Return) _leave = Leave.No;
        return _state.LastStatus;
    }

    private async ValueTask<int> ExportAsync(List<string> words)
    {
        if (words.Count > 1 && words[1] != "-p") return await Declare(words, _state.Export);
        foreach (var (name, value) in _state.Exported().OrderBy(v => v.Key, StringComparer.Ordinal))
            await _self.WriteLineAsync($"export {name}='{value}'");
        return 0;
    }

    private ValueTask<int> Declare(List<string> words, Action<string> mark, bool isLocal = false)
    {
        foreach (var word in words.Skip(1).Where(w => !w.StartsWith('-')))
        {
            var (name, value) = word.Split('=', 2) is [var left, var right] ? (left, right) : (word, null);
            if (!Parser.IsName(name)) throw new ShellError($"{words[0]}: {word}: bad variable name", 2);
            if (isLocal) _state.MakeLocal(name);
            if (value is not null) _state.Set(name, value);
            mark(name);
        }
        return ValueTask.FromResult(0);
    }

    private ValueTask<int> Unset(List<string> words)
    {
        var functions = words.Contains("-f");
        foreach (var name in words.Skip(1).Where(w => !w.StartsWith('-')))
        {
            if (functions) _state.Functions.Remove(name);
            else _state.Unset(name);
        }
        return ValueTask.FromResult(0);
    }

    private async ValueTask<int> SetAsync(List<string> words)
    {
        if (words.Count == 1)
        {
            foreach (var (name, value) in _state.All.OrderBy(v => v.Key, StringComparer.Ordinal))
                await _self.WriteLineAsync($"{name}='{value}'");
            return 0;
        }
        var i = 1;
        for (; i < words.Count && words[i].Length > 1 && (words[i][0] is '-' or '+') && words[i] != "--"; i++)
        {
            var on = words[i][0] == '-';
            foreach (var option in words[i].AsSpan(1))
            {
                if (option == 'o' && i + 1 < words.Count) SetOption(words[++i], on);
                else SetOption(option.ToString(), on);
            }
        }
        var isExplicit = i < words.Count && words[i] == "--";
        if (isExplicit) i++;
        if (isExplicit || i < words.Count) _state.Parameters = [.. words.Skip(i)];
        return 0;
    }

    private void SetOption(string option, bool on)
    {
        switch (option)
        {
            case "e" or "errexit":
                _state.ExitOnError = on;
                break;
            case "x" or "xtrace":
                _state.Trace = on;
                break;
            case "u" or "nounset":
                _state.NoUnset = on;
                break;
            case "f" or "noglob":
                _state.NoGlob = on;
                break;
            case "pipefail":
                _state.PipeFail = on;
                break;
        }
    }

    private ValueTask<int> Shift(List<string> words)
    {
        var count = words.Count > 1 && int.TryParse(words[1], out var given) ? given : 1;
        if (count > _state.Parameters.Length) return ValueTask.FromResult(1);
        _state.Parameters = _state.Parameters[count..];
        return ValueTask.FromResult(0);
    }

    private async ValueTask<int> ReadAsync(List<string> words)
    {
        var raw = false;
        var names = new List<string>();
        TimeSpan? timeout = null;
        for (var i = 1; i < words.Count; i++)
        {
            if (words[i] == "-r") raw = true;
            else if (words[i] == "-t" && i + 1 < words.Count) timeout = TimeSpan.FromSeconds(double.Parse(words[++i], CultureInfo.InvariantCulture));
            else if ((words[i] is "-p" or "-n" or "-d") && i + 1 < words.Count) i++;
            else if (!words[i].StartsWith('-')) names.Add(words[i]);
        }
        if (names.Count == 0) names.Add("REPLY");
        var (line, ended) = await ReadLineAsync(raw, timeout);
        AssignFields(line, names);
        return ended ? 1 : 0;
    }

    private async ValueTask<(string Line, bool Ended)> ReadLineAsync(bool raw, TimeSpan? timeout)
    {
        using var limit = timeout is { } t ? new CancellationTokenSource(t, _self.Kernel.Time) : new CancellationTokenSource();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _self.Killed);
        var line = new MemoryStream();
        var one = new byte[1];
        var escaped = false;
        while (true)
        {
            int count;
            try
            {
                count = await _self.Stdin.ReadAsync(one, either.Token);
            }
            catch (OperationCanceledException) when (limit.IsCancellationRequested && !_self.Killed.IsCancellationRequested)
            {
                count = 0;
            }
            if (count == 0) return (Encoding.UTF8.GetString(line.ToArray()), true);
            var c = one[0];
            if (!raw && !escaped && c == '\\')
            {
                escaped = true;
                continue;
            }
            if (c == '\n' && !escaped) return (Encoding.UTF8.GetString(line.ToArray()), false);
            if (!(c == '\n' && escaped)) line.WriteByte(c);
            escaped = false;
        }
    }

    private void AssignFields(string line, List<string> names)
    {
        var separators = _state.Get("IFS") ?? " \t\n";
        var blanks = separators.Where(char.IsWhiteSpace).ToArray();
        var rest = line.Trim(blanks);
        foreach (var name in names.SkipLast(1))
        {
            var end = rest.IndexOfAny([.. separators]);
            _state.Set(name, end < 0 ? rest : rest[..end]);
            rest = end < 0 ? "" : rest[(end + 1)..].TrimStart(blanks);
        }
        _state.Set(names[^1], rest);
    }

    private async ValueTask<int> TrapAsync(List<string> words)
    {
        if (words.Count == 1)
        {
            foreach (var (signal, action) in _state.Traps.OrderBy(t => t.Key))
                await _self.WriteLineAsync($"trap -- '{action}' {Signals.Name(signal)}");
            return 0;
        }
        var first = words[1] == "--" ? 2 : 1;
        var resets = words[first] == "-" || (words.Count == first + 1 && Signals.Parse(words[first]) is not null);
        foreach (var name in words.Skip(words[first] == "-" || !resets ? first + 1 : first))
        {
            if (Signals.Parse(name) is not { } signal)
            {
                await _self.ErrorAsync($"{_state.Name}: trap: {name}: invalid signal specification");
                return 1;
            }
            SetTrap(signal, resets ? null : words[first]);
        }
        return 0;
    }

    private void SetTrap(int signal, string? action)
    {
        if (action is null) _state.Traps.Remove(signal);
        else _state.Traps[signal] = action;
        if (signal is not (0 or Signals.Kill or Signals.Stop))
            _self.Signals[signal] = action is null ? Disposition.Default : action == "" ? Disposition.Ignore : Disposition.Catch;
    }

    private async ValueTask<int> WaitAsync(List<string> words)
    {
        var wanted = new List<SimProcess>();
        if (words.Count == 1) wanted.AddRange(_state.Jobs);
        foreach (var word in words.Skip(1))
        {
            var job = word.StartsWith('%') && int.TryParse(word[1..], out var index) ? _state.Jobs.ElementAtOrDefault(index - 1)
                : int.TryParse(word, out var pid) ? _state.Jobs.Find(j => j.Pid == pid) : null;
            if (job is null) return 127;
            wanted.Add(job);
        }
        var status = 0;
        foreach (var job in wanted)
        {
            var arrived = _self.Signals.ArrivedAsync();
            if (!job.Exited.IsCompleted && await Task.WhenAny(job.Exited, arrived).WaitAsync(_self.Killed) == arrived && !job.Exited.IsCompleted)
                return 128 + (_self.Signals.TryTake() is { } signal ? Interrupted(signal) : 0);
            status = await WaitForAsync(job);
            _state.Jobs.Remove(job);
        }
        return words.Count == 1 ? 0 : status;
    }

    // Puts the signal back for the trap that runs right after the command.
    private int Interrupted(int signal)
    {
        _self.Signals.Put(signal);
        return signal;
    }

    private async ValueTask<int> JobsAsync()
    {
        for (var i = 0; i < _state.Jobs.Count; i++)
            await _self.WriteLineAsync($"[{i + 1}]{(i == _state.Jobs.Count - 1 ? "+" : " ")}  {(_state.Jobs[i].Exited.IsCompleted ? "Done" : "Running")}                    {string.Join(' ', _state.Jobs[i].Arguments)}");
        return 0;
    }
}
