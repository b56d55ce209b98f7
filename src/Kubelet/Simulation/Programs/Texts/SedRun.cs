using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Texts;

/// <summary>One run of a sed script: lines go in one after the other, text comes out.</summary>
internal sealed class SedRun(SimProcess self, SedScript script, bool quiet, Func<string, ValueTask> write)
{
    private const int MaxSteps = 100_000;           // of one line: a branch that leads to itself ends
    private const int MaxSpace = 1 << 20;
    private const int CopiedPerCharacter = 64;      // of work: the space is copied by many commands, character by character by none
    private readonly Dictionary<SedCommand, int> _ranges = [];      // those begun, and the line they end on; -1: not known
    private readonly StringBuilder _appended = new();
    private string _space = "", _hold = "";
    private int _number;
    private int _resume = -1;                       // where N or n wait for the line
    private bool _joins;

    public bool HasQuit { get; private set; }
    public int ExitCode { get; private set; }

    public async ValueTask TakeAsync(string line, bool isLast)
    {
        _number++;
        var at = 0;
        if (_resume >= 0)
        {
            _space = _joins ? $"{_space}\n{line}" : line;
            at = _resume;
            _resume = -1;
        }
        else _space = line;
        await self.Kernel.Throttle.StepAsync(self);
        await RunAsync(at, isLast);
    }

    private async ValueTask RunAsync(int at, bool isLast)
    {
        var replaced = false;
        for (var steps = 0; at < script.Commands.Count && steps < MaxSteps; steps++)
        {
            var command = script.Commands[at++];
            await self.Work.PayAsync(WorkMeter.PerItem + (_space.Length / CopiedPerCharacter));
            if (command.Kind is '}' or ':') continue;
            if (Selects(command, isLast) == command.IsNegated)
            {
                if (command.Kind == '{') at = command.Target + 1;
                continue;
            }
            switch (command.Kind)
            {
                case 's':
                    replaced |= await SubstituteAsync(command);
                    break;
                case 'y':
                    _space = string.Concat(_space.Select(c => command.Text.IndexOf(c, 0, command.Text.Length / 2) is var i and >= 0 ? command.Text[i + (command.Text.Length / 2)] : c));
                    break;
                case 'p':
                    await PrintAsync(_space);
                    break;
                case 'P':
                    await PrintAsync(_space.Split('\n')[0]);
                    break;
                case '=':
                    await PrintAsync(_number.ToString(CultureInfo.InvariantCulture));
                    break;
                case 'l':
                    await PrintAsync(_space.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal) + "$");
                    break;
                case 'a':
                    if (_appended.Append(command.Text).Append('\n').Length > 2 * MaxSpace) throw new FileError("out of memory");
                    break;
                case 'i':
                    await PrintAsync(command.Text);
                    break;
                case 'c':
                    if (command.To is null || !_ranges.ContainsKey(command) || command.IsNegated) await PrintAsync(command.Text);
                    await EndLineAsync(print: false);
                    return;
                case 'd':
                    await EndLineAsync(print: false);
                    return;
                case 'D' when _space.Contains('\n'):
                    _space = _space[(_space.IndexOf('\n', StringComparison.Ordinal) + 1)..];
                    at = 0;
                    break;
                case 'D':
                    await EndLineAsync(print: false);
                    return;
                case 'n' or 'N' when isLast:
                    await EndLineAsync(print: true);
                    return;
                case 'n' or 'N':
                    if (command.Kind == 'n') await EndLineAsync(print: true);
                    (_resume, _joins) = (at, command.Kind == 'N' && _space.Length < MaxSpace);
                    return;
                case 'g':
                    _space = _hold;
                    break;
                case 'G':
                    if (_space.Length < MaxSpace) _space = $"{_space}\n{_hold}";
                    break;
                case 'h':
                    _hold = _space;
                    break;
                case 'H':
                    if (_hold.Length < MaxSpace) _hold = $"{_hold}\n{_space}";
                    break;
                case 'x':
                    (_space, _hold) = (_hold, _space);
                    break;
                case 'b':
                    at = command.Target;
                    break;
                case 't' or 'T':
                    if (replaced == (command.Kind == 't')) at = command.Target;
                    replaced = false;
                    break;
                case 'q' or 'Q':
                    (HasQuit, ExitCode) = (true, command.Nth);
                    await EndLineAsync(print: command.Kind == 'q');
                    return;
            }
        }
        await EndLineAsync(print: true);
    }

    private async ValueTask EndLineAsync(bool print)
    {
        if (print && !quiet) await PrintAsync(_space);
        if (_appended.Length == 0) return;
        await write(_appended.ToString());
        _appended.Clear();
    }

    private ValueTask PrintAsync(string text) => write(text + "\n");

    private bool Selects(SedCommand command, bool isLast)
    {
        if (command.From is not { } from) return true;
        if (command.To is not { } to) return Matches(from, isLast);
        if (_ranges.TryGetValue(command, out var end))
        {
            if (end >= 0 ? _number >= end : Matches(to, isLast)) _ranges.Remove(command);
            return end < 0 || _number <= end;
        }
        if (!Matches(from, isLast)) return false;
        var until = to.Further >= 0 ? _number + to.Further : to is { Line: > 0 } ? to.Line : -1;
        if (until < 0 ? !(to.IsLast && isLast) : until > _number) _ranges[command] = until;
        return true;
    }

    private bool Matches(SedAddress address, bool isLast) =>
        address.Pattern is { } pattern ? pattern.IsMatch(_space)
        : address.IsLast ? isLast
        : address.Step > 0 ? _number >= address.Line && (_number - address.Line) % address.Step == 0
        : _number == address.Line;

    private async ValueTask<bool> SubstituteAsync(SedCommand command)
    {
        var (seen, hit, length) = (0, false, 0L);
        var result = command.Pattern!.Replace(_space, match =>
        {
            seen++;
            if (seen < command.Nth || (seen > command.Nth && !command.All)) return match.Value;
            hit = true;
            var by = Evaluate(match, command.Replacement);
            return (length += by.Length) <= 2 * MaxSpace ? by : throw new FileError("out of memory");
        });
        if (!hit || result.Length > MaxSpace) return hit;
        _space = result;
        if (command.Prints) await PrintAsync(_space);
        return true;
    }

    private static string Evaluate(Match match, string replacement)
    {
        var result = new StringBuilder();
        for (var i = 0; i < replacement.Length; i++)
        {
            var c = replacement[i];
            if (c == '&') result.Append(match.Value);
            else if (c != '\\' || i + 1 >= replacement.Length) result.Append(c);
            else if (char.IsAsciiDigit(replacement[++i])) result.Append(match.Groups[replacement[i] - '0'].Value);
            else result.Append(replacement[i] switch { 'n' => '\n', 't' => '\t', var other => other });
        }
        return result.ToString();
    }
}
