using System.Text.Json.Serialization;

using MiniK8s.Hosting.Health;
using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.EtcdServices;

/// <summary>etcd's plain HTTP pages: <c>/health</c> and <c>/version</c>.</summary>
internal static class EtcdHealth
{
    /// <summary>200 and "true", or 503, "false" and why: a gate of the process is closed, or an alarm is raised.</summary>
    /// <remarks>Alarms that do not count here are given by name: <c>?exclude=NOSPACE</c>.</remarks>
    public static Task AnswerAsync(HttpContext context)
    {
        var exclude = context.Request.Query["exclude"];
        var alarms = context.RequestServices.GetRequiredService<MvccStore>().Current.Alarms.Select(raised => raised.ToString().ToUpperInvariant());
        var gates = context.RequestServices.GetRequiredService<ProcessHealth>().Gates;
        var closed = gates.Where(gate => gate.Value is not null).Select(gate => $"{gate.Key}: {gate.Value}");
        var reason = alarms.FirstOrDefault(name => !exclude.Contains(name)) is { } alarm ? $"ALARM {alarm}" : string.Join("; ", closed);
        context.Response.StatusCode = reason.Length == 0 ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return AnswerAsync(context, new() { ["health"] = reason.Length == 0 ? "true" : "false", ["reason"] = reason });
    }

    /// <summary>The versions of the server and of the cluster, which is as old as its oldest member.</summary>
    public static Task VersionAsync(HttpContext context) =>
        AnswerAsync(context, new() { ["etcdserver"] = MaintenanceService.EtcdVersion, ["etcdcluster"] = "3.5.0" });

    private static Task AnswerAsync(HttpContext context, Dictionary<string, string> page) =>
        context.Response.WriteAsJsonAsync(page, EtcdPageJson.Default.DictionaryStringString);
}

/// <summary>A page as JSON, without reflection.</summary>
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class EtcdPageJson : JsonSerializerContext;
