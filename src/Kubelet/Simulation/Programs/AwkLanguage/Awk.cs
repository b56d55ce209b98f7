using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.AwkLanguage;

/// <summary>awk: POSIX's language without functions of the program's own and without getline; <c>-F</c>, <c>-v</c> and <c>-f</c>. Errors are busybox's.</summary>
internal sealed class Awk : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments, "Fvf", stopAtOperand: true);
        var operands = options.Operands;
        try
        {
            var programs = new List<string>();
            foreach (var path in options.Values("f")) programs.Add(await self.Files.ReadTextAsync(path));
            if (programs.Count == 0)
            {
                if (operands.Count == 0)
                {
                    await self.ErrorAsync("Usage: awk [-F SEP] [-v VAR=VAL]... [-f FILE]... [AWK_PROGRAM] [FILE]...");
                    return 1;
                }
                programs.Add(operands[0]);
                operands.RemoveAt(0);
            }
            var program = string.Join('\n', programs);
            await self.Work.PayAsync(Shell.Interpreter.ParsingWork * (long)program.Length);
            var run = new AwkRun(self, AwkParser.Parse(program));
            if (options.TryValue(out var separator, "F")) run.Assign("FS", separator);
            foreach (var pair in options.Values("v").Select(v => v.Split('=', 2)))
                run.Assign(pair is [var name, _] && Shell.Parser.IsName(name) ? name : throw new FileError($"invalid -v argument '{pair[0]}'"), pair[1]);
            run.SetOperands(operands);
            return await run.RunAsync(operands);
        }
        catch (AwkError error)
        {
            await self.ErrorAsync(error.Message);
            return 1;
        }
        catch (FileError error)
        {
            await self.ErrorAsync($"awk: {error.Message}");
            return 1;
        }
    }
}
