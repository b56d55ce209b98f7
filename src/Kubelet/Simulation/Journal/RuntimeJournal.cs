using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace MiniK8s.Kubelet.Simulation.Journal;

/// <summary>
/// The runtime's memory across kills of the kubelet: a file of lines, each a checksum (CRC-32C in hex), a space and a JSON record. One
/// file serves all nodes of the process.
/// </summary>
/// <remarks>
/// A line is handed to the operating system before <see cref="Append"/> returns, which a kill -9 cannot undo; it is not synced, so power
/// loss may cost the last seconds, and with them the
/// process itself. On opening, a line that is torn or damaged is passed over, what is left is compacted into a new file, and that
/// replaces the old one by a rename. The same is done
/// while running whenever the file has grown to 32 MiB and to four times what it was after the last compaction.
/// </remarks>
internal sealed class RuntimeJournal : IDisposable
{
    private const string FileName = "runtime.journal";
    private const long DefaultCompactFrom = 32 << 20;
    private readonly Lock _gate = new();        // guards the file and the two numbers; a leaf
    private readonly string _path;
    private readonly long _compactFrom;
    private readonly Dictionary<string, NodeRecords> _restored;
    private readonly FileStream _inUse;         // held for as long as this process lives, through every change of the journal's file
    private FileStream _file;
    private long _length;
    private long _compactedLength;

    /// <param name="directory">Created if absent. One process at a time: a second one is refused.</param>
    /// <exception cref="IOException">Another process uses the directory.</exception>
    /// <param name="compactFrom">Bytes from which on the file is compacted while in use.</param>
    public RuntimeJournal(string directory, long compactFrom = DefaultCompactFrom)
    {
        _compactFrom = compactFrom;
        Directory.CreateDirectory(directory);
        _path = Path.Combine(directory, FileName);
        _inUse = new FileStream(Path.Combine(directory, "runtime.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        (_restored, DamagedLines) = Read(_path);
        _file = Rewrite(_restored);
    }

    /// <summary>Lines that were passed over on opening; one after a kill in the middle of a write is normal.</summary>
    public int DamagedLines { get; }

    /// <summary>What was known of a node when the journal was opened; handed out once.</summary>
    public NodeRecords Restored(string node)
    {
        lock (_gate) return _restored.Remove(node, out var records) ? records : new NodeRecords();
    }

    public void Append(JournalRecord record)
    {
        var line = LineOf(record);
        lock (_gate)
        {
            _file.Write(line);
            _length += line.Length;
            if (_length < _compactFrom || _length < 4 * _compactedLength) return;
            _file.Dispose();
            var (records, _) = Read(_path);
            _file = Rewrite(records);
        }
    }

    public void Dispose()
    {
        lock (_gate) _file.Dispose();
        _inUse.Dispose();
    }

    private FileStream Rewrite(Dictionary<string, NodeRecords> nodes)
    {
        var fresh = _path + ".new";
        // Volumes of Secrets are in it: nobody else may read it.
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var stream = new FileStream(fresh, options))
        {
            foreach (var (node, records) in nodes)
                foreach (var record in records.Compacted(node)) stream.Write(LineOf(record));
            _length = _compactedLength = stream.Length;
        }
        File.Move(fresh, _path, overwrite: true);
        return new FileStream(_path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
    }

    private static (Dictionary<string, NodeRecords> Nodes, int Damaged) Read(string path)
    {
        var nodes = new Dictionary<string, NodeRecords>(StringComparer.Ordinal);
        var damaged = 0;
        if (!File.Exists(path)) return (nodes, 0);
        foreach (var line in File.ReadLines(path))
        {
            if (Parse(line) is not { } record)
            {
                damaged++;
                continue;
            }
            ref var records = ref CollectionsMarshal.GetValueRefOrAddDefault(nodes, record.Node, out _);
            (records ??= new NodeRecords()).Apply(record);
        }
        return (nodes, damaged);
    }

    private static JournalRecord? Parse(string line)
    {
        if (line.Length < 10 || line[8] != ' ') return null;
        if (!uint.TryParse(line.AsSpan(0, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var checksum)) return null;
        var json = Encoding.UTF8.GetBytes(line[9..]);
        return Checksum(json) == checksum ? JsonSerializer.Deserialize(json, JournalJson.Default.JournalRecord) : null;
    }

    private static byte[] LineOf(JournalRecord record)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(record, JournalJson.Default.JournalRecord);
        var line = new byte[json.Length + 10];
        Checksum(json).TryFormat(line, out _, "x8", CultureInfo.InvariantCulture);
        line[8] = (byte)' ';
        json.CopyTo(line, 9);
        line[^1] = (byte)'\n';
        return line;
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var checksum = uint.MaxValue;
        foreach (var b in bytes) checksum = BitOperations.Crc32C(checksum, b);
        return ~checksum;
    }
}
