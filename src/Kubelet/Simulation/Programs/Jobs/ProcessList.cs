using MiniK8s.Kubelet.Simulation.Processes;
using MiniK8s.Kubelet.Simulation.Programs.Machine;

namespace MiniK8s.Kubelet.Simulation.Programs.Jobs;

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
