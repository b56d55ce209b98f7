using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Disk;

/// <summary>Commands that do one thing to each operand, report each failure and go on.</summary>
internal abstract class EachOperand(string tool, string withValue = "") : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments, withValue);
        if (options.Operands.Count == 0 && IsForgiven(options, FileError.NotFound)) return 0;
        if (options.Operands.Count == 0)
        {
            await self.ErrorAsync($"{tool}: missing operand");
            return 1;
        }
        var status = 0;
        foreach (var operand in Operands(options))
        {
            try
            {
                await ApplyAsync(self, options, operand);
            }
            catch (FileError error)
            {
                if (IsForgiven(options, error)) continue;
                await self.ErrorAsync($"{tool}: {Failure(operand, error)}");
                status = 1;
            }
        }
        return status;
    }

    protected virtual IEnumerable<string> Operands(Arguments options) => options.Operands;

    protected abstract ValueTask ApplyAsync(SimProcess self, Arguments options, string path);

    protected virtual string Failure(string path, FileError error) => $"{path}: {error.Message}";

    protected virtual bool IsForgiven(Arguments options, FileError error) => false;
}
