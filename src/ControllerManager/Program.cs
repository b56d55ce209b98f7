using MiniK8s.Client.LeaderElection;
using MiniK8s.ControllerManager;
using MiniK8s.ControllerManager.NodeLifecycle;
using MiniK8s.Hosting;

var builder = MiniK8sProcess.CreateBuilder("controller-manager", args);
var options = builder.BindOptions<ControllerManagerOptions>();
builder.BindOptions<NodeLifecycleOptions>();
builder.BindOptions<LeaderElectionOptions>();
builder.ListenHttp("port", options.Port);
builder.Services.AddControllerManager(options);
var app = builder.Build();
app.MapMiniK8s();
return await app.RunMiniK8sAsync();
