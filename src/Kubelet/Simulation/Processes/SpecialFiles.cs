using System.Globalization;
using System.Text;
using MiniK8s.Kubelet.Simulation.Files;

namespace MiniK8s.Kubelet.Simulation.Processes;

/// <summary>The files that no tree holds: descriptors under /dev and /proc, and what programs read of /proc and of /sys/fs/cgroup.</summary>
internal static class SpecialFiles
{
    // What Content knows.
    private static readonly string[] MachineFiles = ["cpuinfo", "loadavg", "meminfo", "mounts", "uptime", "version"];
    private static readonly string[] OwnedFiles = ["cgroup", "cmdline", "comm", "environ", "oom_score_adj", "status"];

    public static OpenFile? TryOpen(SimProcess self, string path, bool writing)
    {
        if (path.StartsWith("/dev/", StringComparison.Ordinal)) return TryOpenDevice(self, path["/dev/".Length..]);
        if (CgroupFiles.Content(self.Kernel, path, self.Clock.Now) is { } granted) return writing ? throw FileError.ReadOnly : AsFile(granted);
        if (!path.StartsWith("/proc/", StringComparison.Ordinal)) return null;
        var parts = path.Split('/');
        var owner = ProcessRoots.Owner(self, parts[2]);
        if (owner is not null && parts.Length > 3 && parts[3] is "fd" or "environ" && !self.MayTrace(owner)) throw FileError.Denied;
        if (owner is not null && parts.Length == 5 && parts[3] == "fd" && Number(parts[4]) is { } number && owner.Descriptors.IsOpen(number))
            return owner.Descriptors[number].Retain();
        if (writing) throw FileError.Denied;
        return Content(self, parts) is { } text ? AsFile(text) : throw FileError.NotFound;
    }

    /// <summary>A stand-in node, so that tests such as <c>-e</c> and <c>-d</c> answer.</summary>
    public static FileNode? TryFind(SimProcess self, string path)
    {
        if (path == "/proc") return Directory(owner: null);
        if (path.StartsWith("/dev/", StringComparison.Ordinal))
            return path is "/dev/stdin" or "/dev/stdout" or "/dev/stderr" ? new DeviceNode(FileTree.Name(path)) : null;
        if (CgroupFiles.Content(self.Kernel, path, self.Clock.Now) is not null) return new RegularFile(0b100_100_100);
        if (!path.StartsWith("/proc/", StringComparison.Ordinal)) return null;
        var parts = path.Split('/');
        var owner = ProcessRoots.Owner(self, parts[2]);
        if (owner is not null && parts.Length == 3) return Directory(owner);
        if (owner is not null && parts.Length == 4 && parts[3] is "root" or "cwd") return new SymbolicLink(parts[3] == "root" ? "/" : owner.WorkingDirectory);
        return Content(self, parts) is null ? null : new RegularFile(0b100_100_100);
    }

    /// <summary>What is in /proc, and in a process's directory there; null: not of these.</summary>
    public static IReadOnlyList<KeyValuePair<string, FileNode>>? TryList(SimProcess self, string path)
    {
        if (path == "/proc")
            return [
                .. self.Kernel.Processes.Select(p => Entry(p.Pid.ToString(CultureInfo.InvariantCulture), Directory(p))),
                .. MachineFiles.Select(name => Entry(name, new RegularFile(0b100_100_100))), Entry("self", new SymbolicLink(self.Pid.ToString(CultureInfo.InvariantCulture))),
            ];
        if (path.Split('/') is not ["", "proc", var name] || ProcessRoots.Owner(self, name) is not { } owner) return null;
        return [
            .. OwnedFiles.Select(file => Entry(file, new RegularFile(0b100_100_100) { Uid = owner.User.Uid, Gid = owner.User.Gid })),
            Entry("cwd", new SymbolicLink(owner.WorkingDirectory)), Entry("root", new SymbolicLink("/")),
        ];
    }

    private static KeyValuePair<string, FileNode> Entry(string name, FileNode node) => new(name, node);

    private static DirectoryNode Directory(SimProcess? owner) => new(0b101_101_101) { Uid = owner?.User.Uid ?? 0, Gid = owner?.User.Gid ?? 0 };

    private static ContentFile AsFile(string text) => new(Encoding.UTF8.GetBytes(text));

    private static OpenFile? TryOpenDevice(SimProcess self, string name) => name switch
    {
        "stdin" or "fd/0" => self.Descriptors[0].Retain(),
        "stdout" or "fd/1" => self.Descriptors[1].Retain(),
        "stderr" or "fd/2" => self.Descriptors[2].Retain(),
        "tty" => self.Descriptors[1].IsTerminal ? self.Descriptors[1].Retain() : throw new FileError("No such device or address"),
        "null" => new NullFile(),
        "zero" or "urandom" or "random" => new NullFile(zeroes: true),
        _ => null,
    };

    private static string? Content(SimProcess self, string[] parts)
    {
        if (parts.Length == 3)
        {
            var up = (self.Clock.Now - self.Kernel.BootedAt).TotalSeconds;
            return parts[2] switch
            {
                "uptime" => string.Create(CultureInfo.InvariantCulture, $"{up:F2} {up:F2}\n"),
                "loadavg" => string.Create(CultureInfo.InvariantCulture, $"0.00 0.01 0.05 1/{self.Kernel.Processes.Count} {self.Pid}\n"),
                "meminfo" => "MemTotal:        8388608 kB\nMemFree:         4194304 kB\nMemAvailable:    6291456 kB\n",
                "cpuinfo" => "processor\t: 0\nmodel name\t: MiniK8s Virtual CPU\n\nprocessor\t: 1\nmodel name\t: MiniK8s Virtual CPU\n\n",
                "version" => "Linux version 6.1.0-minik8s (gcc) #1 SMP\n",
                "mounts" => "overlay / overlay rw,relatime 0 0\n"
                    + string.Concat(self.Kernel.Files.Mounts.Select(m => $"/dev/vda1 {m.Path} ext4 {(m.ReadOnly ? "ro" : "rw")},relatime 0 0\n")),
                _ => null,
            };
        }
        if (parts.Length != 4 || ProcessRoots.Owner(self, parts[2]) is not { } process) return null;
        return parts[3] switch
        {
            "cmdline" => string.Concat(process.Arguments.Select(a => a + "\0")),
            "comm" => process.Name + "\n",
            "environ" => string.Concat(process.Environment.Select(e => $"{e.Key}={e.Value}\0")),
            "status" => $"Name:\t{process.Name}\nState:\tS (sleeping)\nPid:\t{process.Pid}\nPPid:\t{process.ParentPid}\nUid:\t{process.User.Uid}\n",
            "cgroup" => "0::/\n",
            "oom_score_adj" => $"{process.Kernel.Resources.OomScoreAdj}\n",
            _ => null,
        };
    }

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
