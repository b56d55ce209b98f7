namespace MiniK8s.Kubelet.Runtime;

internal enum LogStream
{
    Stdout,
    Stderr,
}

/// <summary>
/// One line without its line end. <see cref="IsPartial"/>: the line goes on in the next record (longer than 16 KiB, or no line end yet).
/// </summary>
internal sealed record LogLine(DateTimeOffset Time, LogStream Stream, ReadOnlyMemory<byte> Text, bool IsPartial = false)
{
    /// <summary>The time as log timestamps show it, RFC 3339 with nanoseconds: <c>2030-01-01T12:00:00.123456700Z</c>.</summary>
    public string Timestamp => Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'00Z'", System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>Which part of a log to read. Of a running container at most the newest 1 MiB (two files' worth) is kept.</summary>
internal sealed record LogOptions
{
    public bool Follow { get; init; }

    /// <summary>Only the last n lines; null: all.</summary>
    public int? TailLines { get; init; }

    public DateTimeOffset? Since { get; init; }

    /// <summary>Ends the reading after so many bytes of text, line ends included; a last line may be cut.</summary>
    public long? LimitBytes { get; init; }
}
