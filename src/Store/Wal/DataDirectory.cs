using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.InteropServices;

namespace MiniK8s.Store.Wal;

/// <summary>The store's directory: names of its files, and the lock that keeps a second process out.</summary>
/// <remarks>
/// <code>
/// LOCK                                     held while a process runs
/// identity                                 cluster and member id
/// log-00000003-00000000000000002711.wal    segment 3, which begins with revision 2711
/// synced                                   how far the log was synced, see LogMark
/// backend.sqlite, or backend.litedb        what the segments before the first one here said
/// state-00000000000000002690.mk8s          everything live at revision 2690, to be taken into an empty backend
/// *.tmp                                    unfinished, removed at start
/// </code>
/// </remarks>
internal sealed partial class DataDirectory : IDisposable
{
    private readonly FileStream _lock;
    private readonly ConcurrentDictionary<int, SegmentHome> _homes = [];

    private DataDirectory(string path, FileStream held) => (Path, _lock) = (path, held);

    /// <summary>The directory's full path.</summary>
    public string Path { get; }

    /// <summary>The path of <see cref="LogMark"/>.</summary>
    public string MarkFile => System.IO.Path.Combine(Path, "synced");

    /// <summary>Makes the directory if need be and locks it. Unfinished files of an earlier run are removed.</summary>
    /// <exception cref="IOException">Another process holds it, or it cannot be written.</exception>
    public static DataDirectory Open(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        Directory.CreateDirectory(path);
        var directory = new DataDirectory(path, Lock(path));
        foreach (var unfinished in Directory.EnumerateFiles(path, "*.tmp")) File.Delete(unfinished);
        return directory;
    }

    /// <summary>The log's segments, oldest first.</summary>
    public List<SegmentName> Segments() =>
        [.. Directory.EnumerateFiles(Path, "log-*.wal").Select(SegmentName.Parse).OrderBy(segment => segment.Number)];

    /// <summary>The state files, newest first.</summary>
    public List<string> StateFiles() => [.. Directory.EnumerateFiles(Path, "state-*.mk8s").OrderDescending(StringComparer.Ordinal)];

    /// <summary>The path of a state file.</summary>
    public string StateFile(long revision) => System.IO.Path.Combine(Path, string.Create(CultureInfo.InvariantCulture, $"state-{revision:D20}.mk8s"));

    /// <summary>The path of a segment.</summary>
    public SegmentName Segment(int number, long firstRevision) => new(
        System.IO.Path.Combine(Path, string.Create(CultureInfo.InvariantCulture, $"log-{number:D8}-{firstRevision:D20}.wal")), number, firstRevision);

    /// <summary>The segment as the home of the versions in it; opened at the first call.</summary>
    public SegmentHome HomeOf(SegmentName segment)
    {
        // Not GetOrAdd with a factory: two threads never ask for one segment at once, and a home holds a file.
        if (!_homes.TryGetValue(segment.Number, out var home)) _homes[segment.Number] = home = new SegmentHome(segment.File);
        return home;
    }

    /// <summary>Closes the home of a settled segment, so that it can go.</summary>
    public void CloseHome(SegmentName segment)
    {
        if (_homes.TryRemove(segment.Number, out var home)) home.Dispose();
    }

    /// <summary>Makes additions and renames in the directory survive power loss. Windows does so by itself.</summary>
    /// <exception cref="IOException">The system refused.</exception>
    public void Sync() => Sync(Path);

    /// <summary>The same, of any directory.</summary>
    /// <exception cref="IOException">The system refused.</exception>
    public static void Sync(string path)
    {
        if (OperatingSystem.IsWindows()) return;
        var descriptor = LibC.Open(path, 0);
        if (descriptor < 0) throw new IOException($"cannot open {path} to sync it (errno {Marshal.GetLastPInvokeError()})");
        var result = LibC.Fsync(descriptor);
        var error = Marshal.GetLastPInvokeError();
        _ = LibC.Close(descriptor);
        if (result != 0) throw new IOException($"cannot sync {path} (errno {error})");
    }

    /// <summary>Lets another process have the directory.</summary>
    public void Dispose()
    {
        foreach (var home in _homes.Values) home.Dispose();
        _lock.Dispose();
    }

    private static FileStream Lock(string path)
    {
        try
        {
            return new FileStream(System.IO.Path.Combine(path, "LOCK"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException ex)
        {
            throw new IOException($"{path} is in use by another store, or cannot be locked: {ex.Message}", ex);
        }
    }
}

/// <summary>A segment of the log.</summary>
/// <param name="File">Its path.</param>
/// <param name="Number">1, 2, 3 ... without holes.</param>
/// <param name="FirstRevision">The first revision that can stand in it.</param>
internal sealed record SegmentName(string File, int Number, long FirstRevision)
{
    /// <summary>Bytes in use of a sealed segment, whose file is longer; 0 as long as it is not sealed, or not known.</summary>
    public long Length { get; init; }

    /// <summary>Reads the name back.</summary>
    /// <exception cref="InvalidDataException">No segment is called so.</exception>
    public static SegmentName Parse(string file)
    {
        var parts = System.IO.Path.GetFileNameWithoutExtension(file).Split('-');
        if (parts.Length == 3
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var revision))
        {
            return new SegmentName(file, number, revision);
        }
        throw new InvalidDataException($"{file} is not named like a log segment.");
    }
}
