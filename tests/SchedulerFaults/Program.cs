using MiniK8s.Client.Resources;
using MiniK8s.Hosting;
using MiniK8s.KubeletFaults;
using MiniK8s.Scheduler;
using MiniK8s.Scheduler.Explain;
using MiniK8s.SchedulerFaults;

// As src/Scheduler/Program.cs, with every call to the apiserver wrapped.
var (faults, others) = FaultFlags.Take(args);
var (wire, rest) = SchedulerFaultFlags.Take(others);
var builder = MiniK8sProcess.CreateBuilder("scheduler", rest, ownsConfig: true);
builder.AddScheduler();

var client = builder.Services.Last(service => service.ServiceType == typeof(IApiClient)).ImplementationFactory!;
builder.Services.AddSingleton<IApiClient>(provider => new FaultyApiClient((IApiClient)client(provider), new Moments(faults), wire));

var app = builder.Build();
app.MapMiniK8s();
app.MapGrpcService<SchedulerExplainService>();
return await app.RunMiniK8sAsync();
