using System.Globalization;

using Grpc.AspNetCore.Server;

using Microsoft.AspNetCore.Http.Features;

namespace MiniK8s.Store.EtcdServices;

/// <summary>What stands between routing and the services: calls need no scope of their own, and those of unknown methods are answered in gRPC's words.</summary>
/// <remarks>
/// Both spare work on every call. All services here are singletons, so a scope would be made and disposed for nothing. And the routes that
/// Grpc.AspNetCore would map for unknown methods are candidates for the known ones too, each with its route values and constraints.
/// </remarks>
internal static class UnknownCalls
{
    /// <summary>Adds both. The gRPC options must say IgnoreUnknownServices.</summary>
    public static void UseUnknownCalls(this WebApplication app)
    {
        var services = new RootServices(app.Services);
        app.Use(next => context =>
        {
            context.Features.Set<IServiceProvidersFeature>(services);
            return context.GetEndpoint() is null && IsGrpc(context.Request) ? AnswerAsync(context, Unknown(context, app)) : next(context);
        });
    }

    /// <summary>Answers without a message: the status is in the headers, the text in percent-encoding.</summary>
    public static Task AnswerAsync(HttpContext context, EtcdError error)
    {
        context.Response.ContentType = "application/grpc";
        context.Response.Headers["grpc-status"] = ((int)error.Code).ToString(CultureInfo.InvariantCulture);
        context.Response.Headers["grpc-message"] = Uri.EscapeDataString(error.Text);
        return context.Response.CompleteAsync();
    }

    private static bool IsGrpc(HttpRequest request) =>
        HttpMethods.IsPost(request.Method) && request.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal) == true;

    private static EtcdError Unknown(HttpContext context, WebApplication app)
    {
        var path = context.Request.Path.Value!.Split('/');
        if (path is not ["", var service, var method]) return EtcdErrors.MalformedMethod(context.Request.Path);
        return IsMapped(app.Services.GetRequiredService<EndpointDataSource>(), service)
            ? EtcdErrors.UnknownMethod(service, method)
            : EtcdErrors.UnknownService(service);
    }

    private static bool IsMapped(EndpointDataSource endpoints, string service) =>
        endpoints.Endpoints.Any(endpoint => endpoint.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method.ServiceName == service);

    private sealed class RootServices(IServiceProvider root) : IServiceProvidersFeature
    {
        public IServiceProvider RequestServices
        {
            get => root;
            set => throw new NotSupportedException("Calls of the store have no scope of their own.");
        }
    }
}
