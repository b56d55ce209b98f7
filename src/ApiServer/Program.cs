using MiniK8s.ApiServer;
using MiniK8s.Hosting;

var builder = MiniK8sProcess.CreateBuilder("apiserver", args);
builder.AddApiServer();
var app = builder.Build();
app.MapApiServer();
return await app.RunMiniK8sAsync();
