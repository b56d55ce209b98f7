using System.Net;

using MiniK8s.Lab.Processes;

namespace MiniK8s.Lab.Cluster;

/// <summary>The lab's file of hosts outside the cluster, in the form of /etc/hosts, which every kubelet of the lab reads.</summary>
/// <remarks>
/// A kubelet sees the old file or the new one, never half of it. A line of a user's own, with names and comments, stays as it is; only
/// <see cref="TakeDown"/> removes it, with all its names.
/// </remarks>
internal sealed class OutsideHosts(string file)
{
    /// <summary>From now on the address answers ping. False if it did already.</summary>
    /// <exception cref="LabException">Another command is changing the file.</exception>
    public bool BringUp(IPAddress address) => Change(lines => lines.Any(line => IsOf(line, address)) ? lines : [.. lines, address.ToString()]);

    /// <summary>From now on it is silent. False if it was so already.</summary>
    /// <exception cref="LabException">Another command is changing the file.</exception>
    public bool TakeDown(IPAddress address) => Change(lines => lines.Where(line => !IsOf(line, address)));

    private bool Change(Func<IReadOnlyList<string>, IEnumerable<string>> change)
    {
        using var claim = Claim();
        IReadOnlyList<string> before = File.Exists(file) ? File.ReadAllLines(file) : [];
        string[] after = [.. change(before)];
        if (after.SequenceEqual(before)) return false;
        File.WriteAllLines($"{file}.new", after);
        File.Move($"{file}.new", file, overwrite: true);
        return true;
    }

    // A file held open, which the operating system lets go of however this command ends.
    private FileStream Claim()
    {
        try
        {
            return new FileStream($"{file}.lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception)
        {
            throw new LabException($"{file} cannot be changed: {exception.Message}");
        }
    }

    private static bool IsOf(string line, IPAddress address) =>
        line.Split('#')[0].Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries) is [var first, ..] && IPAddress.TryParse(first, out var parsed) && parsed.Equals(address);
}
