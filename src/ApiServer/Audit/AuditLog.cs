using MiniK8s.Protocol.V1;

namespace MiniK8s.ApiServer.Audit;

/// <summary>Takes every record: one line in the structured log, and on to those who watch.</summary>
internal sealed partial class AuditLog(AuditFeed feed, ILogger<AuditLog> logger)
{
    /// <summary>Never waits, never fails. The record must not be changed any more.</summary>
    public void Add(AuditRecord record)
    {
        if (!AuditPolicy.Keeps(record)) return;
        feed.Publish(record);
        var level = AuditPolicy.LevelOf(record);
        if (!logger.IsEnabled(level)) return;
        LogRecord(
            logger, level, record.AuditId, WhoOf(record), record.Verb, TargetOf(record), record.Code, OrDash(record.Reason), record.Stage,
            record.Latency.ToTimeSpan().TotalMilliseconds, OrDash(record.ResourceVersionBefore), OrDash(record.ResourceVersionAfter),
            OrDash(record.SourceAddress), OrDash(record.UserAgent));
    }

    private static string OrDash(string text) => text.Length == 0 ? "-" : text;

    private static string WhoOf(AuditRecord record) =>
        record.ImpersonatedUser.Length == 0 ? OrDash(record.User) : $"{record.User} as {record.ImpersonatedUser}";

    // pods/binding team/web
    private static string TargetOf(AuditRecord record)
    {
        if (record.Object is not { } about) return record.Path;
        var resource = about.Group.Length == 0 ? about.Resource : $"{about.Resource}.{about.Group}";
        if (about.Subresource.Length > 0) resource += $"/{about.Subresource}";
        var name = about.Namespace.Length == 0 ? about.Name : $"{about.Namespace}/{about.Name}";
        return name.Length == 0 ? resource : $"{resource} {name}";
    }

    [LoggerMessage(
        Message = "{User} {Verb} {Target}: {Code} {Reason} {Stage} after {Milliseconds:F1} ms, version {Before} to {After}, from {Source} by {UserAgent}, {AuditId}")]
    private static partial void LogRecord(
        ILogger logger, LogLevel level, string auditId, string user, string verb, string target, int code, string reason, AuditStage stage,
        double milliseconds, string before, string after, string source, string userAgent);
}
