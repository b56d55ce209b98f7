using System.Globalization;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Machine;

/// <summary>whoami: the user's name in /etc/passwd, an error where it has none.</summary>
internal sealed class WhoAmI : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var name = await UserNames.OfAsync(self, self.User.Uid);
        if (name == self.User.Uid.ToString(CultureInfo.InvariantCulture))
        {
            await self.ErrorAsync($"whoami: unknown uid {self.User.Uid}");
            return 1;
        }
        await self.WriteLineAsync(name);
        return 0;
    }
}
