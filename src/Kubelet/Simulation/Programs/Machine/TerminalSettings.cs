using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Machine;

/// <summary>stty: <c>size</c> prints rows and columns of the terminal; everything else is taken and changes nothing.</summary>
internal sealed class TerminalSettings : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        if (self.Stdin is not TerminalFile terminal)
        {
            await self.ErrorAsync("stty: standard input: Not a tty");
            return 1;
        }
        if (arguments.Contains("size")) await self.WriteLineAsync($"{terminal.Size.Rows} {terminal.Size.Columns}");
        return 0;
    }
}
