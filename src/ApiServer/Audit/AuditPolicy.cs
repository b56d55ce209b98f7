using MiniK8s.ApiServer.Authorization;
using MiniK8s.Protocol.V1;

namespace MiniK8s.ApiServer.Audit;

/// <summary>Which records are made, and how loud the log says them; the stream carries every one that is made.</summary>
internal static class AuditPolicy
{
    // Asked every few seconds by whoever supervises the process, and nobody's business.
    private static readonly string[] Probes =
        ["/healthz", "/livez", "/readyz", "/metrics", "/grpc.health.v1.Health", "/grpc.reflection.v1.ServerReflection", "/grpc.reflection.v1alpha.ServerReflection"];

    private static readonly string[] Reads = ["get", "list", "watch", "head"];

    /// <summary>All but probes that were answered.</summary>
    public static bool Keeps(AuditRecord record) =>
        record.Code is 0 or >= 400 || !Probes.Any(probe => IsAtOrBelow(record.Path, probe));

    /// <summary>The level of a record's line in the log.</summary>
    /// <remarks>
    /// code          | user           | verb   | level
    /// --------------+----------------+--------+------------
    /// 500 and above | any            | any    | Warning
    /// 401, 403, 429 | any            | any    | Information
    /// other         | a component    | any    | Debug: a lab at rest writes leases all day
    /// other         | anybody else   | reads  | Debug
    /// other         | anybody else   | writes | Information
    /// </remarks>
    public static LogLevel LevelOf(AuditRecord record) => record.Code switch
    {
        >= 500 => LogLevel.Warning,
        401 or 403 or 429 => LogLevel.Information,
        _ => SystemUsers.IsComponent(record.User) || Reads.Contains(record.Verb) ? LogLevel.Debug : LogLevel.Information,
    };

    private static bool IsAtOrBelow(string path, string root) =>
        path.StartsWith(root, StringComparison.Ordinal) && (path.Length == root.Length || path[root.Length] == '/');
}
