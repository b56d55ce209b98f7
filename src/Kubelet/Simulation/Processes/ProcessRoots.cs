using System.Globalization;
using MiniK8s.Kubelet.Simulation.Files;

namespace MiniK8s.Kubelet.Simulation.Processes;

/// <summary>
/// /proc/PID/root and /proc/PID/cwd: the way into the files of any process of the table, so of another container too where they share it
/// [proc(5)].
/// </summary>
/// <remarks>Links with absolute targets are followed in that process's files; Linux follows them in the caller's.</remarks>
internal static class ProcessRoots
{
    private const string Proc = "/proc/";

    /// <summary>Where a path leads; null where it does not go that way.</summary>
    /// <param name="self">Who asks.</param>
    /// <param name="path">Absolute and normalised.</param>
    /// <param name="followLast">False: <c>/proc/PID/root</c> itself is the link, not the directory.</param>
    /// <exception cref="FileError">The process may not be looked into.</exception>
    public static (VirtualFileSystem Files, string Path)? Follow(SimProcess self, string path, bool followLast = true)
    {
        if (!path.StartsWith(Proc, StringComparison.Ordinal)) return null;
        var parts = path.Split('/', 5);
        if (parts is not ["", "proc", var pid, "root" or "cwd", ..] || (parts.Length == 4 && !followLast) || Owner(self, pid) is not { } owner) return null;
        if (!self.MayTrace(owner)) throw FileError.Denied;
        var start = parts[3] == "root" ? "/" : owner.WorkingDirectory;
        return (owner.Kernel.Files, VirtualFileSystem.Normalise(parts.Length > 4 ? parts[4] : ".", start));
    }

    /// <summary>Whose directory below /proc it is; null: nobody's.</summary>
    public static SimProcess? Owner(SimProcess self, string name) =>
        name == "self" ? self : int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? self.Kernel.Find(pid) : null;
}
