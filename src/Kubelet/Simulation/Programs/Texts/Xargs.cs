using System.Text;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Texts;

internal sealed class Xargs : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments, "nILP", stopAtOperand: true);
        var input = Encoding.UTF8.GetString(await self.Stdin.ReadToEndAsync(self.Killed));
        var place = options.Value("I");
        var words = input.Split(place is null ? [' ', '\n', '\t'] : ['\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        IReadOnlyList<string> command = options.Operands.Count == 0 ? ["echo"] : options.Operands;
        var size = place is not null ? 1 : int.TryParse(options.Value("n"), out var n) && n > 0 ? n : int.MaxValue;
        if (words.Length == 0 && options.Has("r")) return 0;
        var status = 0;
        foreach (var chunk in words.Length == 0 ? [[]] : words.Chunk(int.Min(size, words.Length)))
        {
            string[] full = place is null ? [.. command, .. chunk] : [.. command.Select(c => c.Replace(place, chunk[0], StringComparison.Ordinal))];
            if (await Launch.RunAsync(self, "xargs", full) != 0) status = 123;
        }
        return status;
    }
}
