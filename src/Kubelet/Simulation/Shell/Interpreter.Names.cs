using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Shell;

// What a name stands for: command, type, hash, alias.
internal sealed partial class Interpreter
{
    private async ValueTask<int> CommandAsync(List<string> words)
    {
        var at = 1;
        while (at < words.Count - 1 && words[at] is "-p" or "command") at++;
        if (words.Count <= at) return 0;
        if (words[at] is "-v" or "-V")
        {
            if (words.Count < at + 2) return 0;
            if (words[at] == "-V") return await DescribeAsync(words[at + 1]);
            return Where(words[at + 1]) is { } place ? await PrintAsync(place) : 127;
        }
        _state.CommandName = null;
        return await RunSimpleAsync(new SimpleCommand([], [.. words.Skip(at).Select(Quoted)]) { Line = -1 }, isLast: false, withFunctions: false);
    }

    private static Word Quoted(string text) => new([new LiteralPart(text, true)]);

    private async ValueTask<int> TypeAsync(List<string> words)
    {
        var status = 0;
        foreach (var name in words.Skip(1).Where(w => w != "-p")) status = int.Max(status, await DescribeAsync(name));
        return status;
    }

    private async ValueTask<int> DescribeAsync(string name)
    {
        var place = Where(name);
        await _self.WriteLineAsync(
            place is null ? $"{name}: not found"
            : _state.Aliases.TryGetValue(name, out var text) ? $"{name} is an alias for {text}"
            : place != name || name.Contains('/') ? $"{name} is {place}"
            : Parser.IsReserved(name) ? $"{name} is a shell keyword"
            : _state.Functions.ContainsKey(name) ? $"{name} is a function"
            : SpecialBuiltins.Contains(name) ? $"{name} is a special shell builtin"
            : $"{name} is a shell builtin");
        return place is null ? 127 : 0;
    }

    // A built-in or function is where it is: its own name.
    private string? Where(string name)
    {
        if (_state.Aliases.TryGetValue(name, out var text)) return $"alias {name}={ShellQuoting.Always(text)}";
        if (Builtins.ContainsKey(name) || InProcess.Contains(name) || name == "exec" || Parser.IsReserved(name) || _state.Functions.ContainsKey(name)) return name;
        if (name.Contains('/')) return _self.Files.Exists(name) ? name : null;
        return (_state.Get("PATH") ?? "/usr/bin:/bin").Split(':').Take(Kernel.MaxSearched).Select(directory => $"{directory}/{name}")
            .FirstOrDefault(path => _self.Files.Find(path) is { } node && VirtualFileSystem.CanExecute(node, _self.User));
    }

    // There is nothing to remember: only whether the name can be found is answered.
    private async ValueTask<int> HashAsync(List<string> words)
    {
        var status = 0;
        foreach (var name in words.Skip(1).Where(w => w != "-r" && Where(w) is null))
        {
            await WarnAsync($"{name}: not found");
            status = 1;
        }
        return status;
    }

    private async ValueTask<int> AliasAsync(List<string> words)
    {
        if (words.Count == 1)
            foreach (var (name, text) in _state.Aliases.OrderBy(a => a.Key, StringComparer.Ordinal)) await _self.WriteLineAsync($"{name}={ShellQuoting.Always(text)}");
        var status = 0;
        foreach (var word in words.Skip(1))
        {
            if (word.Split('=', 2) is [{ Length: > 0 } left, var right]) _state.SetAlias(left, right);
            else if (_state.Aliases.TryGetValue(word, out var text)) await _self.WriteLineAsync($"{word}={ShellQuoting.Always(text)}");
            else
            {
                await _self.ErrorAsync($"alias: {word} not found");
                status = 1;
            }
        }
        return status;
    }

    private async ValueTask<int> UnaliasAsync(List<string> words)
    {
        var status = 0;
        foreach (var word in words.Skip(1))
        {
            if (word == "-a") _state.RemoveAliases();
            else if (!_state.RemoveAlias(word))
            {
                await _self.ErrorAsync($"unalias: {word} not found");
                status = 1;
            }
        }
        return status;
    }
}
