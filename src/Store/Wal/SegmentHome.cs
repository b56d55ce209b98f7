using Google.Protobuf;

using Microsoft.Win32.SafeHandles;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Wal;

/// <summary>A segment of the log as the home of the versions it holds. Once they are settled the backend takes over, when the file is gone or sooner.</summary>
internal sealed class SegmentHome(string file) : IVersionHome, IDisposable
{
    private readonly SafeFileHandle _handle = File.OpenHandle(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
    private IVersionHome? _successor;

    /// <inheritdoc />
    public ISettledVersions? Settled => Volatile.Read(ref _successor)?.Settled;

    /// <inheritdoc />
    public KeyValue Read(ByteString key, long revision, VersionPlace place)
    {
        if (_handle.IsClosed && Volatile.Read(ref _successor) is { } other) return other.Read(key, revision, place);
        try
        {
            var value = KeyValue.Parser.ParseFrom(ReadBytes(place));
            return value.ModRevision == revision && value.Key.Equals(key)
                ? value
                : throw new InvalidDataException($"{file} is damaged at offset {place.Offset}: the value is not that of revision {revision}.");
        }
        catch (ObjectDisposedException) when (Volatile.Read(ref _successor) is not null)
        {
            return _successor!.Read(key, revision, place);      // closed between the two lines above
        }
    }

    /// <summary>Says where the versions are as well from now on; the file may go.</summary>
    public void Settle(IVersionHome successor) => Volatile.Write(ref _successor, successor);

    /// <summary>Closes the file.</summary>
    public void Dispose() => _handle.Dispose();

    private byte[] ReadBytes(VersionPlace place)
    {
        var bytes = new byte[place.Length];
        var read = RandomAccess.Read(_handle, bytes, place.Offset);
        return read == bytes.Length && Crc32C.Of(bytes) == place.Checksum
            ? bytes
            : throw new InvalidDataException($"{file} is damaged at offset {place.Offset}: a value does not match its checksum.");
    }
}
