using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Machine;

/// <summary>env: the environment, or a command in a changed one (<c>-i</c>, <c>-u</c>, NAME=VALUE).</summary>
internal sealed class Env : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments, "u", stopAtOperand: true);
        var environment = options.Has("i") ? [] : new Dictionary<string, string>(self.Environment);
        foreach (var name in options.Values("u")) environment.Remove(name);
        var settings = options.Operands.TakeWhile(o => o.Contains('=')).ToList();
        foreach (var pair in settings.Select(s => s.Split('=', 2))) environment[pair[0]] = pair[1];
        if (settings.Count == options.Operands.Count)
        {
            foreach (var (name, value) in environment) await self.WriteLineAsync($"{name}={value}");
            return 0;
        }
        var command = options.Operands[settings.Count..];
        if (await Launch.StartAsync(self, "env", command, environment) is not { } child) return 127;
        var status = await child.Exited.WaitAsync(self.Killed);
        self.Clock.JoinChild(child.Clock);
        return status.Code;
    }
}
