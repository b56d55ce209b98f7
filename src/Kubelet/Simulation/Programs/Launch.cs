using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs;

/// <summary>For programs that run other programs.</summary>
internal static class Launch
{
    /// <summary>Starts a command found by PATH; null (and a message) if there is none.</summary>
    public static async ValueTask<SimProcess?> StartAsync(SimProcess self, string tool, IReadOnlyList<string> command, IReadOnlyDictionary<string, string>? environment = null, DescriptorTable? descriptors = null)
    {
        await self.Work.PayAsync(WorkMeter.PerItem * (long)command.Count);
        var found = Resolve(self, command[0]);
        if (found is null)
        {
            descriptors?.CloseAll();
            await self.ErrorAsync($"{tool}: can't execute '{command[0]}': No such file or directory");
            return null;
        }
        return self.Kernel.Start(self, command, found, new ProcessSetup(
            environment ?? self.Environment, self.WorkingDirectory, self.User, descriptors ?? self.Descriptors.Copy(), self.Clock.ForChild()));
    }

    /// <summary>Runs a command to its end; 127 if there is none.</summary>
    public static async ValueTask<int> RunAsync(SimProcess self, string tool, IReadOnlyList<string> command)
    {
        if (await StartAsync(self, tool, command) is not { } child) return 127;
        var status = await child.Exited.WaitAsync(self.Killed);
        self.Clock.JoinChild(child.Clock);
        return status.Code;
    }

    public static ResolvedCommand? Resolve(SimProcess self, string name)
    {
        try
        {
            return self.Kernel.Resolve(name, self.Env("PATH"), self.WorkingDirectory, self.User);
        }
        catch (FileError)
        {
            return null;
        }
    }
}
