using MiniK8s.Client.Resources;
using MiniK8s.Hosting;
using MiniK8s.Kubelet;
using MiniK8s.Kubelet.Node;
using MiniK8s.KubeletFaults;

// As src/Kubelet/Program.cs, with everything that the kubelet calls wrapped.
var (faults, rest) = FaultFlags.Take(args);
var builder = MiniK8sProcess.CreateBuilder("kubelet", rest);
var options = builder.BindOptions<KubeletOptions>();
builder.ListenKubelet(options);
builder.AddMiniK8sGrpc();
builder.Services.AddKubelet(options);

var moments = new Moments(faults);
var client = builder.Services.Last(service => service.ServiceType == typeof(IApiClient)).ImplementationFactory!;
builder.Services.AddSingleton<IApiClient>(provider => new FaultyApiClient((IApiClient)client(provider), moments, faults));
builder.Services.AddSingleton<INodeRuntimes>(provider => new FaultyRuntimes(provider.GetRequiredService<SimulatedRuntimes>(), moments));

var app = builder.Build();
app.MapMiniK8s();
app.MapKubelet(options);
return await app.RunMiniK8sAsync();
