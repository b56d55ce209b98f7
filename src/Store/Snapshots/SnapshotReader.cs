using System.Buffers.Binary;
using System.Security.Cryptography;

using MiniK8s.Store.Mvcc;
using MiniK8s.Store.Wal;

namespace MiniK8s.Store.Snapshots;

/// <summary>Reads a snapshot file, after it has proved whole: nothing of a damaged or foreign file is ever given out.</summary>
internal sealed class SnapshotReader : IDisposable
{
    private const int LargestFrame = 256 << 20;
    private readonly string _path;
    private readonly FileStream _file;
    private long _frames;

    private SnapshotReader(string path, FileStream file) => (_path, _file) = (path, file);

    /// <summary>The newest revision in it.</summary>
    public long Revision { get; private set; }

    /// <summary>The oldest readable revision; -1 when the store was never compacted.</summary>
    public long CompactRevision { get; private set; }

    /// <summary>Opens a file and compares it with its checksum.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is no snapshot, or not whole; the message says what to do.</exception>
    public static SnapshotReader Open(string path)
    {
        var reader = new SnapshotReader(path, new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20));
        try
        {
            reader.CheckWhole();
            reader.ReadHead();
            return reader;
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    /// <summary>The entries that lead an empty store to this state. Once.</summary>
    /// <exception cref="InvalidDataException">The file is not what its checksum promised.</exception>
    public IEnumerable<LogEntry> Entries()
    {
        if (CompactRevision > 1) yield return new StartEntry(CompactRevision - 1, []);
        while (true)
        {
            var (kind, payload) = ReadFrame();
            if (kind == SnapshotFormat.End) break;
            if (kind is not (SnapshotFormat.Values or SnapshotFormat.Entries)) throw Damaged("a frame is of an unknown kind");
            _frames++;
            foreach (var entry in LogCodec.Read(payload)) yield return kind == SnapshotFormat.Values ? ToStart(entry) : entry;
        }
    }

    /// <inheritdoc />
    public void Dispose() => _file.Dispose();

    private StartEntry ToStart(LogEntry entry) => entry is RevisionEntry { Revision: var revision, Events: var events }
        ? new StartEntry(revision, events.Select(stored => stored.Version))
        : throw Damaged("a value is not one");

    private void CheckWhole()
    {
        Span<byte> start = stackalloc byte[SnapshotFormat.Preamble.Length];
        var length = _file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        if (!start[..length].SequenceEqual(SnapshotFormat.Preamble)) throw IsBolt() ? OfEtcd() : Refuse("is not a snapshot of this store");
        if (_file.Length % SnapshotFormat.Block != SnapshotFormat.ChecksumSize) throw Refuse("is not whole: take the snapshot again, or copy the file again");

        Span<byte> stored = stackalloc byte[SnapshotFormat.ChecksumSize];
        _file.Position = _file.Length - SnapshotFormat.ChecksumSize;
        _file.ReadExactly(stored);
        if (!stored.SequenceEqual(HashOfRest())) throw Refuse("does not match the checksum at its end: take the snapshot again, or copy the file again");
        _file.Position = SnapshotFormat.Preamble.Length;
    }

    private byte[] HashOfRest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 20];
        _file.Position = 0;
        for (var left = _file.Length - SnapshotFormat.ChecksumSize; left > 0;)
        {
            var read = _file.Read(buffer, 0, (int)long.Min(buffer.Length, left));
            if (read == 0) throw Refuse("became shorter while it was read");
            hash.AppendData(buffer, 0, read);
            left -= read;
        }
        return hash.GetHashAndReset();
    }

    private void ReadHead()
    {
        var (kind, payload) = ReadFrame();
        if (kind != SnapshotFormat.Head || payload.Length != 2 * sizeof(long)) throw Damaged("the first frame is not a head");
        Revision = BinaryPrimitives.ReadInt64LittleEndian(payload);
        CompactRevision = BinaryPrimitives.ReadInt64LittleEndian(payload.AsSpan(sizeof(long)));
    }

    private (byte Kind, byte[] Payload) ReadFrame()
    {
        var header = new byte[Frame.HeaderSize];
        var position = _file.Position;
        _file.ReadExactly(header);
        if (!Frame.TryReadLength(header, position, out var length) || length is < 1 or > LargestFrame) throw Damaged("a frame's head does not match its checksum");
        var body = new byte[length];
        _file.ReadExactly(body);
        if (!Frame.Matches(header, body)) throw Damaged("a frame does not match its checksum");
        if (body[0] == SnapshotFormat.End && BinaryPrimitives.ReadInt64LittleEndian(body.AsSpan(1)) != _frames) throw Damaged("frames are missing");
        return (body[0], body[1..]);
    }

    // bbolt: a page's head of 16 bytes, then the magic number of its meta page.
    private bool IsBolt()
    {
        if (_file.Length < 20) return false;
        Span<byte> magic = stackalloc byte[sizeof(uint)];
        _file.Position = 16;
        _file.ReadExactly(magic);
        return BinaryPrimitives.ReadUInt32LittleEndian(magic) == 0xED0CDAED;
    }

    private InvalidDataException OfEtcd() => Refuse(
        "is a snapshot of a real etcd, in a format only etcd reads. To bring its keys here, start an etcd on it "
        + "(`etcdctl snapshot restore` it into a directory, then `etcd --data-dir` that) and copy them over with "
        + "`etcdctl --endpoints ETCD make-mirror --no-dest-prefix STORE`");

    private InvalidDataException Refuse(string why) => new($"{_path} {why}.");

    private InvalidDataException Damaged(string why) => Refuse($"is damaged at offset {_file.Position}: {why}");
}
