using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Wal;

/// <summary>Where a batch must be before it counts.</summary>
internal interface IWriteAheadLog
{
    /// <summary>Appends the entries as one record and returns when they are on disk (with --fsync off: handed to the system).</summary>
    /// <remarks>Blocks the caller. Takes no cancellation: half an append is no append. After any exception but the first below the log must not be used again.</remarks>
    /// <exception cref="LogFullException">The disk has no room; nothing was appended, and the log can be used again.</exception>
    /// <exception cref="IOException">The disk refused; what reached it is unknown.</exception>
    void AppendAndSync(IReadOnlyList<LogEntry> entries);

    /// <summary>Begins a new segment, so that what the open one holds can settle. Does nothing when that holds nothing.</summary>
    /// <remarks>As an append: blocks the caller, and after any exception but the first below the log must not be used again.</remarks>
    /// <exception cref="LogFullException">The disk has no room; nothing has changed.</exception>
    /// <exception cref="IOException">The disk refused.</exception>
    void Seal();
}
