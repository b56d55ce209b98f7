using System.Globalization;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Jobs;

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
        var pattern = new PosixRegex(self, options.Operands[0], extended: true);
        var found = self.Kernel.Processes.Where(p => p != self && Matches(p)).ToList();
        foreach (var process in found)
        {
            if (kills && self.MaySignal(process)) process.Deliver(signal);
            else if (!kills) await self.WriteLineAsync(options.Has("a", "l") ? $"{process.Pid} {(options.Has("a") ? string.Join(' ', process.Arguments) : process.Name)}" : process.Pid.ToString(CultureInfo.InvariantCulture));
        }
        return found.Count > 0 ? 0 : 1;

        bool Matches(SimProcess process)
        {
            var text = options.Has("f") ? string.Join(' ', process.Arguments) : process.Name;
            return options.Has("x") ? pattern.Match(text) is { Success: true } match && match.Length == text.Length : pattern.IsMatch(text);
        }
    }
}
