using System.Globalization;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Texts;

internal sealed class Sequence : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments([.. arguments.Select(a => a.Length > 1 && a[0] == '-' && char.IsAsciiDigit(a[1]) ? "\0" + a : a)], "s");
        var numbers = options.Operands.ConvertAll(o => long.TryParse(o.TrimStart('\0'), CultureInfo.InvariantCulture, out var n) ? n : 0);
        var (first, step, last) = numbers switch
        {
            [var end] => (1, 1, end),
            [var start, var end] => (start, 1L, end),
            [var start, var by, var end, ..] => (start, by, end),
            _ => (1, 1, 0),
        };
        var separator = options.Value("s") ?? "\n";
        var isFirst = true;
        for (var n = first; step > 0 ? n <= last : step < 0 && n >= last; n += step)
        {
            await self.Kernel.Throttle.StepAsync(self);
            await self.WriteAsync((isFirst ? "" : separator) + n.ToString(CultureInfo.InvariantCulture));
            isFirst = false;
        }
        if (!isFirst) await self.WriteAsync("\n");
        return 0;
    }
}
