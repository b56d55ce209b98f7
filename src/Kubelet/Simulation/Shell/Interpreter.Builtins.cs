using System.Globalization;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Programs;

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
        ["hash"] = (shell, words) => shell.HashAsync(words),
        ["alias"] = (shell, words) => shell.AliasAsync(words),
        ["unalias"] = (shell, words) => shell.UnaliasAsync(words),
        ["eval"] = (shell, words) => shell.EvalAsync(words),
        ["export"] = (shell, words) => shell.ExportAsync(words),
        ["readonly"] = (shell, words) => shell.ReadOnlyAsync(words),
        ["local"] = (shell, words) => shell.Local(words),
        ["unset"] = (shell, words) => shell.Unset(words),
        ["set"] = (shell, words) => shell.SetAsync(words),
        ["shift"] = (shell, words) => shell.Shift(words),
        ["getopts"] = (shell, words) => shell.GetOptionAsync(words),
        ["read"] = (shell, words) => shell.ReadAsync(words),
        ["trap"] = (shell, words) => shell.TrapAsync(words),
        ["wait"] = (shell, words) => shell.WaitAsync(words),
        ["jobs"] = (shell, _) => shell.JobsAsync(),
        ["let"] = (shell, words) => shell.Let(words),
        ["times"] = (shell, _) => shell.PrintAsync("0m0.000s 0m0.000s\n0m0.000s 0m0.000s"),
        ["umask"] = (shell, words) => shell.UmaskAsync(words),
        ["ulimit"] = (shell, _) => shell.PrintAsync("unlimited"),
    };

    /// <summary>Those of POSIX: assignments before them stay, and an error in one ends the shell.</summary>
    private static readonly HashSet<string> SpecialBuiltins =
    [
        ".", ":", "break", "continue", "eval", "exec", "exit", "export", "local", "readonly", "return", "set", "shift", "source", "times", "trap", "unset",
    ];

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

    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new ShellError($"Illegal number: {text}", 2);

    private ValueTask<int> LeaveWith(Leave leave, List<string> words)
    {
        if (words.Count > 1) _state.LastStatus = Number(words[1]) & 255;
        _leave = leave;
        return ValueTask.FromResult(_state.LastStatus);
    }

    private async ValueTask<int> ChangeDirectoryAsync(List<string> words)
    {
        var target = words.Count > 1 ? words[1] : _state.Get("HOME") ?? "/";
        var goesBack = target == "-";
        if (goesBack) target = _state.Get("OLDPWD") ?? _self.WorkingDirectory;
        if (target == "") return 0;
        if (_self.Files.Find(target) is not DirectoryNode)
            throw new ShellError($"can't cd to {target}: {(_self.Files.Exists(target) ? FileError.NotDirectory : FileError.NotFound).Message}", 2);
        _state.Set("OLDPWD", _self.WorkingDirectory);
        _self.WorkingDirectory = _self.Files.FullPath(target);
        _state.Set("PWD", _self.WorkingDirectory);
        if (goesBack) await _self.WriteLineAsync(_self.WorkingDirectory);
        return 0;
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
            throw new ShellError($"can't open '{words[1]}': {error.Message}", 2);
        }
        _state.LastStatus = 0;
        _state.CommandName = words[1];
        await RunLinesAsync(script, line: 1);
        if (_leave == Leave.Return) _leave = Leave.No;
        return _state.LastStatus;
    }

    private async ValueTask<int> UmaskAsync(List<string> words)
    {
        if (words.Count == 1) return await PrintAsync(Convert.ToString(_self.Umask, 8).PadLeft(4, '0'));
        if (words[1] == "-S")
        {
            var allowed = "ugo".Select((who, i) => $"{who}={string.Concat("rwx".Where((_, bit) => (_self.Umask >> (8 - (i * 3) - bit) & 1) == 0))}");
            return await PrintAsync(string.Join(',', allowed));
        }
        // Symbolic modes say what is allowed, octal ones what is not.
        var mask = Permissions.Parse(words[1], current: ~_self.Umask & 0b111_111_111, umask: 0) ?? throw new ShellError($"illegal mode: {words[1]}", 2);
        _self.Umask = char.IsAsciiDigit(words[1][0]) ? mask & 0b111_111_111 : ~mask & 0b111_111_111;
        return 0;
    }

    private ValueTask<int> Let(List<string> words)
    {
        if (words.Count == 1) throw new ShellError("expression expected", 2);
        long last = 0;
        foreach (var expression in words.Skip(1)) last = _expansion.Evaluate(expression);
        return ValueTask.FromResult(last == 0 ? 1 : 0);
    }
}
