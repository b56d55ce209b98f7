using System.Net;

using Microsoft.AspNetCore.Server.Kestrel.Core;

using MiniK8s.Store;

var builder = WebApplication.CreateSlimBuilder(args);
var options = new StoreOptions
{
    DataDir = builder.Configuration["data-dir"] ?? "store.data",
    Listen = builder.Configuration["listen"] ?? "127.0.0.1",
    Port = int.Parse(builder.Configuration["port"] ?? "2379"),
    MetricsPort = int.Parse(builder.Configuration["metrics-port"] ?? "2381"),
    Fsync = builder.Configuration["fsync"] ?? "always",
};
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddStore(options);
builder.WebHost.ConfigureKestrel(kestrel =>
{
    kestrel.Limits.Http2.MaxStreamsPerConnection = 1000;
    kestrel.Listen(IPAddress.Parse(options.Listen), options.Port, listen => listen.Protocols = HttpProtocols.Http2);
});
var app = builder.Build();
app.MapStore();
app.Run();
