using System.Globalization;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Texts;

/// <summary>seq: <c>[FIRST [INC]] LAST</c>, with <c>-s</c> and <c>-w</c>; as many decimals as the arguments have.</summary>
internal sealed class Sequence : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments([.. arguments.Select(a => a.Length > 1 && a[0] == '-' && (char.IsAsciiDigit(a[1]) || a[1] == '.') ? "\0" + a : a)], "s");
        var texts = options.Operands.ConvertAll(o => o.TrimStart('\0'));
        if (texts.Count is 0 or > 3)
        {
            await self.ErrorAsync("Usage: seq [-w] [-s SEP] [FIRST [INC]] LAST");
            return 1;
        }
        var numbers = new List<decimal>();
        foreach (var text in texts)
        {
            if (decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) numbers.Add(number);
            else
            {
                await self.ErrorAsync($"seq: invalid number '{text}'");
                return 1;
            }
        }
        var (first, step, last) = numbers switch
        {
            [var end] => (1, 1, end),
            [var start, var end] => (start, 1m, end),
            _ => (numbers[0], numbers[1], numbers[2]),
        };
        var decimals = texts.SkipLast(texts.Count > 1 ? 1 : 0).Select(t => t.Contains('.') ? t.Length - t.IndexOf('.') - 1 : 0).DefaultIfEmpty(0).Max();
        var width = options.Has("w") ? texts.Max(t => t.Split('.')[0].Length) + (decimals > 0 ? decimals + 1 : 0) : 0;
        var isFirst = true;
        for (var n = first; step >= 0 ? n <= last : n >= last; n += step)
        {
            await self.Kernel.Throttle.StepAsync(self);
            await self.WriteAsync((isFirst ? "" : options.Value("s") ?? "\n") + n.ToString("F" + decimals, CultureInfo.InvariantCulture).PadLeft(width, '0'));
            isFirst = false;
        }
        if (!isFirst) await self.WriteAsync("\n");
        return 0;
    }
}
