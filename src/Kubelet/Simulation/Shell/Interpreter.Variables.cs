namespace MiniK8s.Kubelet.Simulation.Shell;

// Variables, parameters and options: export, readonly, local, unset, set, shift, getopts.
internal sealed partial class Interpreter
{
    private const int ParametersPerWork = 4;

    private async ValueTask<int> ExportAsync(List<string> words)
    {
        if (words.Count > 1 && words[1] == "-n")
        {
            foreach (var name in words.Skip(2)) _state.Unexport(name);
            return 0;
        }
        if (words.Count > 1 && words[1] != "-p") return Declare(words, _state.Export);
        foreach (var (name, value) in _state.Exported().OrderBy(v => v.Key, StringComparer.Ordinal))
            await _self.WriteLineAsync($"export {name}={ShellQuoting.Always(value)}");
        return 0;
    }

    private async ValueTask<int> ReadOnlyAsync(List<string> words)
    {
        if (words.Count > 1 && words[1] != "-p") return Declare(words, _state.MakeReadOnly);
        foreach (var (name, value) in _state.ReadOnly)
            await _self.WriteLineAsync(value is null ? $"readonly {name}" : $"readonly {name}={ShellQuoting.Always(value)}");
        return 0;
    }

    private ValueTask<int> Local(List<string> words)
    {
        if (_state.FunctionDepth == 0) throw new ShellError("not in a function", 2);
        return ValueTask.FromResult(Declare(words, _state.MakeLocal, first: true));
    }

    private int Declare(List<string> words, Action<string> mark, bool first = false)
    {
        foreach (var word in words.Skip(1).Where(w => !w.StartsWith('-')))
        {
            var (name, value) = word.Split('=', 2) is [var left, var right] ? (left, right) : (word, null);
            if (!Parser.IsName(name)) throw new ShellError($"{name}: bad variable name", 2);
            if (first) mark(name);
            if (value is not null) _state.Set(name, value);
            if (!first) mark(name);
        }
        return 0;
    }

    private ValueTask<int> Unset(List<string> words)
    {
        var functions = words.Contains("-f");
        foreach (var name in words.Skip(1).Where(w => !w.StartsWith('-')))
        {
            if (functions) _state.Undefine(name);
            else _state.Unset(name);
        }
        return ValueTask.FromResult(0);
    }

    private async ValueTask<int> SetAsync(List<string> words)
    {
        if (words.Count == 1)
        {
            foreach (var (name, value) in _state.All.OrderBy(v => v.Key, StringComparer.Ordinal))
                await _self.WriteLineAsync($"{name}={ShellQuoting.Always(value)}");
            return 0;
        }
        var i = 1;
        for (; i < words.Count && words[i].Length > 1 && (words[i][0] is '-' or '+') && words[i] != "--"; i++)
        {
            var on = words[i][0] == '-';
            foreach (var option in words[i].Skip(1).Select(c => c.ToString()))
            {
                if (option == "o" && i + 1 < words.Count)
                {
                    if (SetOption(_state, words[++i], on)) continue;
                    await WarnAsync($"illegal option {words[i - 1][0]}o {words[i]}");
                    return 1;
                }
                if (option != "o" && !SetOption(_state, option, on)) throw new ShellError($"illegal option {words[i][0]}{option}", 2);
            }
        }
        var isExplicit = i < words.Count && words[i] == "--";
        if (isExplicit) i++;
        if (isExplicit || i < words.Count) _state.Parameters = [.. words.Skip(i)];
        return 0;
    }

    /// <summary>An option by its letter or its long name; false if there is none such.</summary>
    public static bool SetOption(ShellState state, string option, bool on)
    {
        switch (option)
        {
            case "e" or "errexit":
                state.ExitOnError = on;
                break;
            case "x" or "xtrace":
                state.Trace = on;
                break;
            case "u" or "nounset":
                state.NoUnset = on;
                break;
            case "f" or "noglob":
                state.NoGlob = on;
                break;
            case "C" or "noclobber":
                state.NoClobber = on;
                break;
            case "n" or "noexec":
                state.NoExecute = on;
                break;
            case "pipefail":
                state.PipeFail = on;
                break;
            // Known to ash, and without an effect here.
            case "a" or "allexport" or "b" or "notify" or "h" or "i" or "interactive" or "I" or "ignoreeof" or "m" or "monitor" or "v" or "verbose" or "vi" or "l":
                break;
            default:
                return false;
        }
        return true;
    }

    private ValueTask<int> Shift(List<string> words)
    {
        var count = words.Count > 1 ? Number(words[1]) : 1;
        if (count > _state.Parameters.Length) return ValueTask.FromResult(1);
        _self.Work.Add(_state.Parameters.Length / ParametersPerWork);        // all those that stay are counted and copied
        _state.Parameters = _state.Parameters[count..];
        return ValueTask.FromResult(0);
    }

    /// <summary>POSIX's getopts: OPTIND is the next word's number, and how far into joined letters it has come, the shell remembers.</summary>
    private async ValueTask<int> GetOptionAsync(List<string> words)
    {
        if (words.Count < 3) throw new ShellError("usage: getopts optstring var [arg]", 2);
        var arguments = words.Count > 3 ? words[3..] : [.. _state.Parameters];
        var index = int.TryParse(_state.Get("OPTIND"), out var given) && given > 0 ? given : 1;
        var word = arguments.ElementAtOrDefault(index - 1);
        if (_state.OptionOffset == 0 || word is null || _state.OptionOffset >= word.Length)
        {
            _state.OptionOffset = 0;
            if (word is null || word.Length < 2 || word[0] != '-' || word == "--")
            {
                if (word == "--") index++;
                SetOptionResult(words[2], "?", null, index);
                return 1;
            }
            _state.OptionOffset = 1;
        }
        var letter = word[_state.OptionOffset++];
        var atEnd = _state.OptionOffset >= word.Length;
        var place = letter == ':' ? -1 : words[1].IndexOf(letter, words[1].StartsWith(':') ? 1 : 0);
        var isQuiet = words[1].StartsWith(':');
        if (place < 0 || !(place + 1 < words[1].Length && words[1][place + 1] == ':'))
        {
            if (atEnd) (index, _state.OptionOffset) = (index + 1, 0);
            if (place < 0 && !isQuiet) await _self.ErrorAsync($"Illegal option -{letter}");
            SetOptionResult(words[2], place < 0 ? "?" : letter.ToString(), place < 0 && isQuiet ? letter.ToString() : null, index);
            return 0;
        }
        var value = atEnd ? arguments.ElementAtOrDefault(index) : word[_state.OptionOffset..];
        (index, _state.OptionOffset) = (index + (atEnd && value is not null ? 2 : 1), 0);
        if (value is null && !isQuiet) await _self.ErrorAsync($"No arg for -{letter} option");
        SetOptionResult(words[2], value is not null ? letter.ToString() : isQuiet ? ":" : "?", value ?? (isQuiet ? letter.ToString() : null), index);
        return 0;
    }

    private void SetOptionResult(string variable, string option, string? argument, int index)
    {
        _state.Set(variable, option);
        _state.Set("OPTARG", argument ?? "");
        _state.Set("OPTIND", index.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }
}
