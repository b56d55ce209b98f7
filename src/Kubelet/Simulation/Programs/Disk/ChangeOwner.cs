using System.Globalization;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Disk;

/// <summary>chown (<c>user</c>, <c>user:group</c>, <c>:group</c>) and chgrp, by number or name, with <c>-R</c>.</summary>
internal sealed class ChangeOwner : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var (tool, options) = (FileTree.Name(arguments[0]), new Arguments(arguments));
        if (options.Operands.Count < 2)
        {
            await self.ErrorAsync(tool == "chgrp" ? "Usage: chgrp [-RhLHPcvf] GROUP FILE..." : "Usage: chown [-RhLHPcvf] USER[:[GRP]] FILE...");
            return 1;
        }
        var names = options.Operands[0].Split(':', 2);
        var (user, group) = tool == "chgrp" ? ("", names[0]) : (names[0], names.ElementAtOrDefault(1) ?? "");
        var (uid, gid) = (await IdAsync(self, user, "/etc/passwd"), await IdAsync(self, group, "/etc/group"));
        if ((user != "" && uid is null) || (group != "" && gid is null))
        {
            await self.ErrorAsync($"{tool}: unknown {(user != "" && uid is null ? $"user {user}" : $"group {group}")}");
            return 1;
        }
        var status = 0;
        foreach (var path in options.Operands.Skip(1))
        {
            try
            {
                await ApplyAsync(self, path, uid, gid, options.Has("R"));
            }
            catch (FileError error)
            {
                await self.ErrorAsync($"{tool}: {path}: {error.Message}");
                status = 1;
            }
        }
        return status;
    }

    private static async ValueTask ApplyAsync(SimProcess self, string path, long? uid, long? gid, bool recursive)
    {
        await self.Kernel.Throttle.StepAsync(self);
        var node = self.Files.Demand(path);
        self.Files.SetAttributes(path, uid: uid, gid: gid);
        if (recursive && node is DirectoryNode)
            foreach (var (name, _) in self.Files.List(path).Where(e => e.Value is not SymbolicLink)) await ApplyAsync(self, $"{path}/{name}", uid, gid, recursive);
    }

    private static async ValueTask<long?> IdAsync(SimProcess self, string name, string table)
    {
        if (name == "") return null;
        if (long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return number;
        if (self.Files.Find(table) is not RegularFile) return null;
        foreach (var line in (await self.Files.ReadTextAsync(table)).Split('\n'))
            if (line.Split(':') is [var known, _, var id, ..] && known == name && long.TryParse(id, CultureInfo.InvariantCulture, out number)) return number;
        return null;
    }
}
