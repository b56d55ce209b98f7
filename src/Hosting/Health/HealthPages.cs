using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace MiniK8s.Hosting.Health;

/// <summary>
/// <c>/livez</c>: the process answers. <c>/readyz</c> and <c>/healthz</c>: every gate is open, else 500 and the list of gates;
/// <c>?verbose</c> gives the list in any case. Texts are those of the Kubernetes components.
/// </summary>
/// <remarks>Plain request delegates, here and for /metrics: binding parameters would compile expression trees at every start of every process.</remarks>
internal static class HealthPages
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/livez", context => WriteAsync(context, "ok"));
        endpoints.MapGet("/healthz", context => AnswerAsync(context, "healthz"));
        endpoints.MapGet("/readyz", context => AnswerAsync(context, "readyz"));
    }

    private static Task AnswerAsync(HttpContext context, string page)
    {
        var gates = context.RequestServices.GetRequiredService<ProcessHealth>().Gates;
        var isReady = gates.All(gate => gate.Value is null);
        context.Response.StatusCode = isReady ? StatusCodes.Status200OK : StatusCodes.Status500InternalServerError;
        return WriteAsync(context, isReady && !context.Request.Query.ContainsKey("verbose") ? "ok" : Describe(gates, isReady, page));
    }

    private static Task WriteAsync(HttpContext context, string text)
    {
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(text);
    }

    private static string Describe(IReadOnlyList<KeyValuePair<string, string?>> gates, bool isReady, string page)
    {
        var text = new StringBuilder("[+]ping ok\n");
        foreach (var (gate, reason) in gates) text.Append(reason is null ? $"[+]{gate} ok\n" : $"[-]{gate} failed: {reason}\n");
        return text.Append(isReady ? $"{page} check passed\n" : $"{page} check failed\n").ToString();
    }
}
