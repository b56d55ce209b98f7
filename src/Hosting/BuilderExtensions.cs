using System.Diagnostics.CodeAnalysis;
using System.Net;
using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MiniK8s.Hosting.Calls;
using MiniK8s.Hosting.Flags;
using MiniK8s.Hosting.Ports;
using MiniK8s.Hosting.Reflection;

namespace MiniK8s.Hosting;

/// <summary>What a process adds to its builder; see <see cref="MiniK8sProcess"/> for the whole.</summary>
public static class BuilderExtensions
{
    /// <summary>
    /// Binds an options class now, and puts it into the container as itself and as IOptions. Public settable properties are settings:
    /// text, numbers, booleans, durations (<c>30s</c>), enums, IP addresses, absolute URLs, and lists of text separated by commas.
    /// </summary>
    /// <remarks>Faults are kept for one report in RunMiniK8sAsync; what was at fault has its default until then. Classes may share a setting.</remarks>
    /// <param name="builder">The process's.</param>
    /// <param name="standard">What holds where nothing is given, such as a file of the process's own form says; null: the class's own defaults.</param>
    public static T BindOptions<[DynamicallyAccessedMembers(FlagBinder.Members)] T>(this WebApplicationBuilder builder, Func<T>? standard = null)
        where T : class, new()
    {
        var options = builder.Instance<FlagBinder>().Bind(standard);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton<IOptions<T>>(Options.Create(options));
        return options;
    }

    /// <summary>gRPC for this process: any number of services, unhandled errors kept from clients, streams that end at shutdown.</summary>
    /// <remarks>Messages up to 4 MiB are taken unless <paramref name="configure"/> says otherwise. Interceptors it adds stand inside ours.</remarks>
    public static WebApplicationBuilder AddMiniK8sGrpc(this WebApplicationBuilder builder, Action<GrpcServiceOptions>? configure = null)
    {
        builder.Services.AddSingleton<MappedServices>().AddSingleton<ReflectionAnswers>();
        builder.Services.AddSingleton<UnhandledErrors>().AddSingleton<StreamsEndAtShutdown>().AddSingleton<CallGuard>();
        builder.Services.AddGrpc(grpc =>
        {
            grpc.Interceptors.Add<CallGuard>();
            configure?.Invoke(grpc);
        });
        return builder;
    }

    /// <summary>Listens for gRPC without TLS (HTTP/2 with prior knowledge); port 0 is any free one. The address is the bind address unless given.</summary>
    public static WebApplicationBuilder ListenGrpc(this WebApplicationBuilder builder, string name, int port, IPAddress? address = null) =>
        builder.Listen(name, port, listen => listen.Protocols = HttpProtocols.Http2, address);

    /// <summary>Listens for plain HTTP/1.1; port 0 is any free one.</summary>
    public static WebApplicationBuilder ListenHttp(this WebApplicationBuilder builder, string name, int port) =>
        builder.Listen(name, port, listen => listen.Protocols = HttpProtocols.Http1);

    /// <summary>Listens for HTTP/1.1 and HTTP/2 over TLS, chosen by ALPN; port 0 is any free one.</summary>
    public static WebApplicationBuilder ListenTls(this WebApplicationBuilder builder, string name, int port, Action<HttpsConnectionAdapterOptions> tls) =>
        builder.Listen(name, port, listen =>
        {
            listen.Protocols = HttpProtocols.Http1AndHttp2;
            listen.UseHttps(tls);
        });

    /// <summary>Listens as <paramref name="configure"/> says; the port's real number will be in PortBook and --ports-file under that name.</summary>
    public static WebApplicationBuilder Listen(this WebApplicationBuilder builder, string name, int port, Action<ListenOptions> configure, IPAddress? address = null)
    {
        address ??= builder.Instance<ProcessOptions>().BindAddress;
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(address, port, listen =>
        {
            kestrel.ApplicationServices.GetRequiredService<PortBook>().Add(name, listen);
            configure(listen);
        }));
        return builder;
    }

    // Registered as instances by CreateBuilder, because they are needed before there is a container.
    private static T Instance<T>(this WebApplicationBuilder builder)
        where T : class =>
        builder.Services.Select(service => service.IsKeyedService ? null : service.ImplementationInstance).OfType<T>().FirstOrDefault()
        ?? throw new InvalidOperationException("The builder is not one of MiniK8sProcess.CreateBuilder.");
}
