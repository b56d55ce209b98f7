using MiniK8s.Hosting;
using MiniK8s.SampleProcess;

var builder = MiniK8sProcess.CreateBuilder("sample", args);
var options = builder.BindOptions<SampleOptions>();
builder.ListenGrpc("grpc", options.Port).ListenHttp("http", options.HttpPort).AddMiniK8sGrpc();
if (options.Fail) builder.Services.AddHostedService<FailingLoop>();
var app = builder.Build();
app.MapMiniK8s();
return await app.RunMiniK8sAsync();
