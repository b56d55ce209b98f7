using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Shell;

// Signals and background processes: trap, wait, jobs.
internal sealed partial class Interpreter
{
    private async ValueTask<int> TrapAsync(List<string> words)
    {
        if (words is [_] or [_, "--"])
        {
            foreach (var (signal, action) in _state.Traps.OrderBy(t => t.Key))
                await _self.WriteLineAsync($"trap -- {ShellQuoting.Always(action)} {Signals.Name(signal)}");
            return 0;
        }
        var first = words[1] == "--" ? 2 : 1;
        var resets = words[first] == "-" || (words.Count == first + 1 && Signals.Parse(words[first]) is not null);
        foreach (var name in words.Skip(words[first] == "-" || !resets ? first + 1 : first))
        {
            if (Signals.Parse(name) is not { } signal)
            {
                await WarnAsync($"{name}: invalid signal specification");
                return 1;
            }
            SetTrap(signal, resets ? null : words[first]);
        }
        return 0;
    }

    private void SetTrap(int signal, string? action)
    {
        _state.SetTrap(signal, action);
        if (signal is not (0 or Signals.Kill or Signals.Stop))
            _self.Signals[signal] = action is null ? Disposition.Default : action == "" ? Disposition.Ignore : Disposition.Catch;
    }

    private async ValueTask<int> WaitAsync(List<string> words)
    {
        var wanted = new List<Job>();
        if (words.Count == 1) wanted.AddRange(_state.Jobs);
        foreach (var word in words.Skip(1))
        {
            if (word.StartsWith('%'))
                wanted.Add(_state.Jobs.Find(j => word == $"%{j.Number}" || (word is "%%" or "%+" && j == _state.Jobs[^1])) ?? throw new ShellError($"{word}: no such job", 2));
            else if (_state.Jobs.Find(j => j.Process.Pid == Number(word)) is { } job) wanted.Add(job);
            else return 127;
        }
        var status = 0;
        foreach (var job in wanted)
        {
            var (process, arrived) = (job.Process, _self.Signals.ArrivedAsync());
            if (!process.Exited.IsCompleted && await Task.WhenAny(process.Exited, arrived).WaitAsync(_self.Killed) == arrived && !process.Exited.IsCompleted)
                return 128 + (_self.Signals.TryTake() is { } signal ? Interrupted(signal) : 0);
            status = words.Count == 1 || job.IsSeen ? await WaitForAsync(process) : await WaitForChildAsync(process);
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
        foreach (var job in _state.Jobs)
            await _self.WriteLineAsync($"[{job.Number}]{(job == _state.Jobs[^1] ? "+" : " ")}  {(job.Process.Exited.IsCompleted ? "Done" : "Running")}                    {string.Join(' ', job.Process.Arguments)}");
        return 0;
    }
}
