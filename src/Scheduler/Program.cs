using MiniK8s.Hosting;
using MiniK8s.Scheduler;

var builder = MiniK8sProcess.CreateBuilder("scheduler", args, ownsConfig: true);
var options = builder.BindOptions<SchedulerOptions>();
builder.ListenHttp("port", options.Port);
builder.Services.AddScheduler(options);
var app = builder.Build();
app.MapMiniK8s();
return await app.RunMiniK8sAsync();
