using System.Globalization;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs;

/// <summary>Names of users, from the container's /etc/passwd.</summary>
internal static class UserNames
{
    /// <summary>The number as text if nobody has it.</summary>
    public static async ValueTask<string> OfAsync(SimProcess self, long uid)
    {
        var number = uid.ToString(CultureInfo.InvariantCulture);
        if (self.Files.Find("/etc/passwd") is RegularFile)
            foreach (var line in (await self.Files.ReadTextAsync("/etc/passwd")).Split('\n'))
                if (line.Split(':') is [var name, _, var id, ..] && id == number) return name;
        return uid == 0 ? "root" : number;
    }
}
