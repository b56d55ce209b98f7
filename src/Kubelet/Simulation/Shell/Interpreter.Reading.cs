using System.Globalization;
using System.Text;
using MiniK8s.Kubelet.Simulation.Files;

namespace MiniK8s.Kubelet.Simulation.Shell;

// read: one line, or what -n and -d say, cut into fields.
internal sealed partial class Interpreter
{
    private const int BytewiseWork = 8;

    private async ValueTask<int> ReadAsync(List<string> words)
    {
        var options = new ReadOptions(_self.Stdin);
        var names = new List<string>();
        for (var i = 1; i < words.Count; i++)
        {
            if (words[i].Length < 2 || words[i][0] != '-')
            {
                names.AddRange(words.Skip(i));
                break;
            }
            foreach (var letter in words[i].Skip(1).ToArray())
            {
                if (letter == 'r') options = options with { Raw = true };
                else if (letter == 's') continue;
                else if (!"ntdpu".Contains(letter)) throw new ShellError($"illegal option -{letter}", 2);
                else if (++i < words.Count) options = await WithAsync(options, letter, words[i]);
            }
        }
        foreach (var name in names.Where(n => !Parser.IsName(n)))
        {
            await _self.ErrorAsync($"{_state.Name}: read: '{name}': bad variable name");
            return 1;
        }
        if (names.Count == 0) names.Add("REPLY");
        var (line, escaped, ended) = await ReadLineAsync(options);
        AssignFields(line, escaped, names);
        return ended ? 1 : 0;
    }

    private async ValueTask<ReadOptions> WithAsync(ReadOptions options, char letter, string value)
    {
        switch (letter)
        {
            case 'n':
                return options with { Limit = int.TryParse(value, out var count) ? count : int.MaxValue };
            case 'd':
                return options with { End = value == "" ? '\0' : value[0] };
            case 't':
                return options with { Timeout = TimeSpan.FromSeconds(double.TryParse(value, CultureInfo.InvariantCulture, out var seconds) ? double.Clamp(seconds, 0, 1e6) : 0) };
            case 'u':
                return options with { File = _self.Descriptors[Number(value)] };
            default:
                if (options.File.IsTerminal) await _self.Stderr.WriteAsync(Encoding.UTF8.GetBytes(value), _self.Killed);
                return options;
        }
    }

    // The second value marks the characters that a backslash protects from being separators.
    private async ValueTask<(string Line, List<bool> Escaped, bool Ended)> ReadLineAsync(ReadOptions options)
    {
        using var limit = options.Timeout is { } t ? new CancellationTokenSource(t, _self.Kernel.Time) : new CancellationTokenSource();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _self.Killed);
        var (bytes, marks) = (new MemoryStream(), new List<bool>());
        var one = new byte[1];
        var escaped = false;
        var ended = false;
        // Backslashes and the line ends after them are read, too, and leave nothing behind.
        for (var read = 0; read < MaxSubstitution && bytes.Length < options.Limit; read++)
        {
            try
            {
                ended = await options.File.ReadAsync(one, either.Token) == 0;
            }
            catch (OperationCanceledException) when (limit.IsCancellationRequested && !_self.Killed.IsCancellationRequested)
            {
                ended = true;
            }
            if (ended) break;
            var c = (char)one[0];
            if (!options.Raw && !escaped && c == '\\')
            {
                escaped = true;
                continue;
            }
            if (c == options.End && !escaped) break;
            if (!(c == '\n' && escaped))
            {
                bytes.WriteByte(one[0]);
                if ((one[0] & 0xC0) != 0x80) marks.Add(escaped);        // one for each character, not for each byte
            }
            escaped = false;
        }
        await _self.Work.PayAsync(BytewiseWork * (bytes.Length + 1));
        return (Encoding.UTF8.GetString(bytes.ToArray()), marks, ended);
    }

    private void AssignFields(string line, List<bool> escaped, List<string> names)
    {
        var separators = _state.Get("IFS") ?? " \t\n";
        bool IsSeparator(int i) => i < line.Length && separators.Contains(line[i]) && !escaped.ElementAtOrDefault(i);
        bool IsBlank(int i) => IsSeparator(i) && line[i] is ' ' or '\t' or '\n';
        var at = 0;
        while (IsBlank(at)) at++;
        foreach (var name in names.SkipLast(1))
        {
            var start = at;
            while (at < line.Length && !IsSeparator(at)) at++;
            _state.Set(name, line[start..at]);
            while (IsBlank(at)) at++;
            if (IsSeparator(at)) at++;
            while (IsBlank(at)) at++;
        }
        var end = line.Length;
        while (end > at && IsBlank(end - 1)) end--;
        _state.Set(names[^1], line[at..end]);
    }

    private sealed record ReadOptions(OpenFile File)
    {
        public bool Raw { get; init; }
        public int Limit { get; init; } = int.MaxValue;
        public char End { get; init; } = '\n';
        public TimeSpan? Timeout { get; init; }
    }
}
