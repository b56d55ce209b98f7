using MiniK8s.Hosting;
using MiniK8s.Kubelet;

var builder = MiniK8sProcess.CreateBuilder("kubelet", args);
var options = builder.BindOptions<KubeletOptions>();
builder.ListenKubelet(options);
builder.AddMiniK8sGrpc();
builder.Services.AddKubelet(options);
var app = builder.Build();
app.MapMiniK8s();
app.MapKubelet(options);
return await app.RunMiniK8sAsync();
