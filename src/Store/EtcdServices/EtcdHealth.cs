using MiniK8s.Hosting.Health;
using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.EtcdServices;

/// <summary>etcd's plain HTTP pages: <c>/health</c> and <c>/version</c>.</summary>
internal static class EtcdHealth
{
    /// <summary>200 and "true", or 503, "false" and why: a gate of the process is closed, or an alarm is raised.</summary>
    /// <param name="health">The gates of the process.</param>
    /// <param name="store">Its alarms.</param>
    /// <param name="exclude">Alarms that do not count here, by name: <c>?exclude=NOSPACE</c>.</param>
    public static IResult Answer(ProcessHealth health, MvccStore store, string[] exclude)
    {
        var alarm = store.Current.Alarms.Select(raised => raised.ToString().ToUpperInvariant()).FirstOrDefault(name => !exclude.Contains(name));
        var closed = health.Gates.Where(gate => gate.Value is not null).Select(gate => $"{gate.Key}: {gate.Value}");
        var reason = alarm is null ? string.Join("; ", closed) : $"ALARM {alarm}";
        return Results.Json(
            new Dictionary<string, string> { ["health"] = reason.Length == 0 ? "true" : "false", ["reason"] = reason },
            statusCode: reason.Length == 0 ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    /// <summary>The versions of the server and of the cluster, which is as old as its oldest member.</summary>
    public static IResult Version() => Results.Json(
        new Dictionary<string, string> { ["etcdserver"] = MaintenanceService.EtcdVersion, ["etcdcluster"] = "3.5.0" });
}
