namespace MiniK8s.Store.Snapshots;

/// <summary>The layout of a snapshot file: what `etcdctl snapshot save` writes and `mk8s store restore` reads.</summary>
/// <remarks>
/// <code>
/// preamble     16 bytes, "mk8s snapshot 1\n"
/// frames       as in the log (Wal/Frame), each payload a letter and then:
///   H          revision i64, compact revision i64                                  once, first
///   V          one log entry: values that live before the compact revision and are readable there, oldest first
///   L          log entries: leases, raised alarms, every revision from the compact one on
///   E          frames of V and L i64                                               once, last
/// padding      zeros up to a multiple of 512
/// checksum     SHA-256 of all before it, 32 bytes: the length modulo 512 by which etcdctl knows that it is there
/// </code>
/// Numbers are little-endian. There is nothing in it of which store it came from: as with etcd, what is restored is a new
/// cluster with new ids, so that no client mistakes the one for the other.
/// </remarks>
internal static class SnapshotFormat
{
    /// <summary>Every file's length, without the checksum, is a multiple of this.</summary>
    public const int Block = 512;

    /// <summary>Bytes of the checksum at the end.</summary>
    public const int ChecksumSize = 32;

    /// <summary>First byte of the first frame.</summary>
    public const byte Head = (byte)'H';

    /// <summary>First byte of a frame of values.</summary>
    public const byte Values = (byte)'V';

    /// <summary>First byte of a frame of log entries.</summary>
    public const byte Entries = (byte)'L';

    /// <summary>First byte of the last frame.</summary>
    public const byte End = (byte)'E';

    /// <summary>How a file begins.</summary>
    public static ReadOnlySpan<byte> Preamble => "mk8s snapshot 1\n"u8;
}
