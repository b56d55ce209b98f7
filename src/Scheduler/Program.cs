using MiniK8s.Hosting;
using MiniK8s.Scheduler;
using MiniK8s.Scheduler.Explain;

var builder = MiniK8sProcess.CreateBuilder("scheduler", args, ownsConfig: true);
builder.AddScheduler();
var app = builder.Build();
app.MapMiniK8s();
app.MapGrpcService<SchedulerExplainService>();
return await app.RunMiniK8sAsync();
