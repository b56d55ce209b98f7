using System.Net;

using MiniK8s.Hosting;
using MiniK8s.Scheduler;
using MiniK8s.Scheduler.Explain;

var builder = MiniK8sProcess.CreateBuilder("scheduler", args, ownsConfig: true);
var options = builder.BindOptions<SchedulerOptions>();
builder.ListenHttp("port", options.Port);
builder.ListenGrpc("grpc-port", options.GrpcPort, IPAddress.Loopback);
builder.AddMiniK8sGrpc();
builder.Services.AddScheduler(options);
var app = builder.Build();
app.MapMiniK8s();
app.MapGrpcService<SchedulerExplainService>();
return await app.RunMiniK8sAsync();
