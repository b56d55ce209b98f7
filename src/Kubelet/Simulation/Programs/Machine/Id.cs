using System.Globalization;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Machine;

/// <summary>id: user and groups of the process; <c>-u -g -n</c>.</summary>
internal sealed class Id : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments);
        var user = self.User;
        if (options.Has("u")) await self.WriteLineAsync(options.Has("n") ? await UserNames.OfAsync(self, user.Uid) : user.Uid.ToString(CultureInfo.InvariantCulture));
        else if (options.Has("g")) await self.WriteLineAsync(user.Gid.ToString(CultureInfo.InvariantCulture));
        else
        {
            var name = await UserNames.OfAsync(self, user.Uid);
            var groups = user.Groups.Prepend(user.Gid).Distinct().Select(g => g == 0 ? "0(root)" : g.ToString(CultureInfo.InvariantCulture));
            await self.WriteLineAsync($"uid={user.Uid}{(name == user.Uid.ToString(CultureInfo.InvariantCulture) ? "" : $"({name})")} gid={user.Gid}{(user.Gid == 0 ? "(root)" : "")} groups={string.Join(',', groups)}");
        }
        return 0;
    }
}
