using MiniK8s.Hosting;
using MiniK8s.Protocol.Etcd;
using MiniK8s.Store;

Workers.Limit();
var builder = MiniK8sProcess.CreateBuilder("store", args);
var options = builder.BindOptions<StoreOptions>();
builder.ListenEtcd("port", options.Port);
builder.ListenHttp(StoreServiceCollectionExtensions.HttpPort, options.HttpPort);
builder.AddStore(options);
var app = builder.Build();
app.MapMiniK8s(Watch.Descriptor);      // bound by hand: WatchMethods
app.MapStore();
return await app.RunMiniK8sAsync();
