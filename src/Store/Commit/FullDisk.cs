using MiniK8s.Store.Wal;

namespace MiniK8s.Store.Commit;

/// <summary>Tells the operator of a full disk, at most once a minute: every write runs into it.</summary>
internal sealed partial class FullDisk(TimeProvider time, ILogger<FullDisk> logger)
{
    private static readonly TimeSpan _pause = TimeSpan.FromMinutes(1);
    private long? _last;

    /// <summary>A batch found no room. The writer's thread.</summary>
    public void Report(LogFullException reason)
    {
        if (_last is { } last && time.GetElapsedTime(last) < _pause) return;
        _last = time.GetTimestamp();
        LogFull(logger, reason.InnerException!.Message);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The disk has no room for the log ({Reason}): writes are refused, reads are served. "
        + "Make room, then clear the alarm NOSPACE (etcdctl alarm disarm)")]
    private static partial void LogFull(ILogger logger, string reason);
}
