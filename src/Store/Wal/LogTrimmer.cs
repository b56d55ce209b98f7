using System.Threading.Channels;

using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Wal;

/// <summary>Keeps the log short: after a compaction writes what is live to a state file, then drops the segments it covers.</summary>
/// <remarks>
/// Not after every compaction: only once the log is longer than --trim-bytes and than the last state file, so the bytes
/// rewritten stay in proportion to the bytes written. It reads an immutable snapshot and never holds up the writer.
/// </remarks>
internal sealed partial class LogTrimmer(DataDirectory directory, MvccStore store, WriteAheadLog log, StoreOptions options, ILogger<LogTrimmer> logger)
    : BackgroundService
{
    private readonly Channel<bool> _bell = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private long _lastState;

    /// <summary>Says that there was a compaction. Any thread, at once.</summary>
    public void Wake() => _bell.Writer.TryWrite(true);

    /// <summary>Trims now if the log is long enough.</summary>
    /// <exception cref="IOException">The disk refused; the log is as it was.</exception>
    public void Trim()
    {
        var snapshot = store.Current;
        if (snapshot.CompactRevision < 1 || log.Bytes < long.Max(options.TrimBytes, _lastState)) return;

        StateFile.Write(directory, snapshot);
        foreach (var old in directory.StateFiles().Skip(1)) File.Delete(old);
        _lastState = new FileInfo(directory.StateFile(snapshot.CompactRevision)).Length;
        log.DropThrough(snapshot.CompactRevision);
        LogTrimmed(logger, snapshot.CompactRevision, _lastState, log.Bytes);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var _ in _bell.Reader.ReadAllAsync(stoppingToken))
        {
            try
            {
                Trim();
            }
            catch (Exception ex)
            {
                LogFailed(logger, ex);      // the next compaction tries again
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Log trimmed at revision {Revision}: state file {StateBytes} bytes, log {LogBytes} bytes")]
    private static partial void LogTrimmed(ILogger logger, long revision, long stateBytes, long logBytes);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The log could not be trimmed; it grows until a later compaction succeeds")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
