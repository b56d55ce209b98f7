using MiniK8s.Hosting.Health;

namespace MiniK8s.Store.EtcdServices;

/// <summary><c>/health</c> as etcd answers it: 200 and "true", or 503, "false" and why.</summary>
internal static class EtcdHealth
{
    /// <summary>Answers from the gates of the process.</summary>
    public static IResult Answer(ProcessHealth health)
    {
        var closed = health.Gates.Where(gate => gate.Value is not null).Select(gate => $"{gate.Key}: {gate.Value}");
        var reason = string.Join("; ", closed);
        return Results.Json(
            new Dictionary<string, string> { ["health"] = reason.Length == 0 ? "true" : "false", ["reason"] = reason },
            statusCode: reason.Length == 0 ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }
}
