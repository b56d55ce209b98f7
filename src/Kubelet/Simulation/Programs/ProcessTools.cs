using System.Globalization;
using System.Text.RegularExpressions;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs;

/// <summary>ps in busybox's form; with <c>-ef</c> or <c>aux</c> in procps's.</summary>
internal sealed class ProcessList : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var wide = arguments.Skip(1).Any(a => a.Contains('e', StringComparison.Ordinal) || a.Contains("aux", StringComparison.Ordinal));
        await self.WriteLineAsync(wide ? "UID          PID    PPID  C STIME TTY          TIME CMD" : "PID   USER     TIME  COMMAND");
        foreach (var process in self.Kernel.Processes)
        {
            var user = await UserNames.OfAsync(self, process.User.Uid);
            var command = process.Title ?? string.Join(' ', process.Arguments).Replace('\n', ' ');
            await self.WriteLineAsync(wide
                ? $"{user,-8} {process.Pid,7} {process.ParentPid,7}  0 {Date.Format(process.StartedAt.UtcDateTime, "%H:%M")} ?        00:00:00 {command}"
                : $"{process.Pid,5} {user,-8}  0:00 {command}");
        }
        return 0;
    }
}

internal sealed class Kill : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var signal = Signals.Term;
        var at = 1;
        if (arguments.Count > 1 && arguments[1] == "-l")
        {
            for (var i = 1; i < 32; i++) await self.WriteLineAsync($"{i,2}) {Signals.Name(i)}");
            return 0;
        }
        if (arguments.Count > 2 && arguments[1].Length > 1 && arguments[1][0] == '-' && arguments[1] != "--")
        {
            var name = arguments[1] == "-s" ? arguments[2] : arguments[1][1..];
            at = arguments[1] == "-s" ? 3 : 2;
            if (Signals.Parse(name) is not { } given)
            {
                await self.ErrorAsync($"kill: bad signal name '{name}'");
                return 1;
            }
            signal = given;
        }
        var status = 0;
        foreach (var target in arguments.Skip(at).Where(a => a != "--"))
        {
            if (!int.TryParse(target.TrimStart('%'), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var pid))
            {
                await self.ErrorAsync($"kill: invalid number '{target}'");
                status = 1;
            }
            else if (pid == -1) foreach (var process in self.Kernel.Processes.Where(p => p.Pid != 1 && p != self)) process.Deliver(signal);
            else if (self.Kernel.Find(int.Abs(pid)) is { } process) process.Deliver(signal);
            else
            {
                await self.ErrorAsync($"kill: can't kill pid {pid}: No such process");
                status = 1;
            }
        }
        return status;
    }
}

/// <summary>pgrep and pkill: by name, or by the whole command line with <c>-f</c>.</summary>
internal sealed class ProcessGrep : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var kills = FileTree.Name(arguments[0]) == "pkill";
        var signal = Signals.Term;
        var rest = arguments.ToList();
        if (kills && rest.Find(a => a.Length > 1 && a[0] == '-' && Signals.Parse(a[1..]) is not null) is { } given)
        {
            signal = Signals.Parse(given[1..])!.Value;
            rest.Remove(given);
        }
        var options = new Arguments(rest, "uPt");
        if (options.Operands.Count == 0)
        {
            await self.ErrorAsync($"Usage: {FileTree.Name(arguments[0])} [-flnovx] PATTERN");
            return 2;
        }
        Regex pattern = PosixRegex.Compile(options.Operands[0], extended: true);
        var found = self.Kernel.Processes.Where(p => p != self && Matches(p)).ToList();
        foreach (var process in found)
        {
            if (kills) process.Deliver(signal);
            else await self.WriteLineAsync(options.Has("a", "l") ? $"{process.Pid} {(options.Has("a") ? string.Join(' ', process.Arguments) : process.Name)}" : process.Pid.ToString(CultureInfo.InvariantCulture));
        }
        return found.Count > 0 ? 0 : 1;

        bool Matches(SimProcess process)
        {
            var text = options.Has("f") ? string.Join(' ', process.Arguments) : process.Name;
            return options.Has("x") ? pattern.Match(text) is { Success: true } match && match.Length == text.Length : pattern.IsMatch(text);
        }
    }
}

internal sealed class KillAll : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var signal = Signals.Term;
        var quiet = false;
        var names = new List<string>();
        foreach (var argument in arguments.Skip(1))
        {
            if (argument == "-q") quiet = true;
            else if (argument.Length > 1 && argument[0] == '-' && Signals.Parse(argument[1..]) is { } given) signal = given;
            else if (argument[0] != '-') names.Add(argument);
        }
        var status = 0;
        foreach (var name in names)
        {
            var found = self.Kernel.Processes.Where(p => p != self && p.Name == name).ToList();
            found.ForEach(p => p.Deliver(signal));
            if (found.Count > 0) continue;
            status = 1;
            if (!quiet) await self.ErrorAsync($"killall: {name}: no process killed");
        }
        return status;
    }
}

internal sealed class PidOf : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var found = self.Kernel.Processes.Where(p => p != self && arguments.Skip(1).Contains(p.Name)).Reverse().Select(p => p.Pid).ToList();
        if (found.Count == 0) return 1;
        await self.WriteLineAsync(string.Join(' ', found));
        return 0;
    }
}
