using Grpc.Net.Client;

using Microsoft.Extensions.DependencyInjection;

using MiniK8s.Client.Events;
using MiniK8s.Client.Informers;
using MiniK8s.Client.LeaderElection;
using MiniK8s.Client.Resources;
using MiniK8s.Client.Tests.Fakes;
using MiniK8s.Hosting.Health;
using MiniK8s.KubeletFaults;
using MiniK8s.Scheduler;
using MiniK8s.Scheduler.Configuration;
using MiniK8s.Scheduler.Framework;
using MiniK8s.SchedulerFaults;

namespace MiniK8s.ApiServer.Tests.EndToEnd.Schedulers;

/// <summary>A scheduler in this process, on a connection of its own that loses replies and whose watches freeze; it acts whoever else does.</summary>
internal sealed class ActingScheduler : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mk8s-twin-").FullName;
    private readonly GrpcChannel _channel;
    private readonly ServiceProvider _services;
    private readonly SchedulerService _service;

    private ActingScheduler(GrpcApiServer server, int loseEvery)
    {
        _channel = GrpcChannel.ForAddress($"http://127.0.0.1:{server.InsecurePort}");
        var client = new ApiClient(_channel.CreateCallInvoker(), new ApiClientOptions(), TimeProvider.System);
        var moments = new Moments(new FaultFlags(DieAt: null, DieOn: 0, PauseAt: null, CallsFile, ListAt: null, ReleaseFile: null));
        _services = new ServiceCollection()
            .AddLogging()
            .AddSingleton(TimeProvider.System)
            .AddSingleton<IApiClient>(new FaultyApiClient(client, moments, new SchedulerFaultFlags(loseEvery, FreezeFile)))
            .AddSingleton<InformerOptions>()
            .AddSingleton(provider => ActivatorUtilities.CreateInstance<InformerFactory>(provider, new Random()))
            .AddSingleton<IEventRecorder, FakeEventRecorder>()
            .AddSingleton<ClusterObjects>()
            .AddSingleton<IClusterObjects>(provider => provider.GetRequiredService<ClusterObjects>())
            .AddScheduling(SchedulerConfiguration.Default("default-scheduler"))
            .AddSingleton(new LeaderElectionOptions { LeaderElect = false })
            .AddLeaderElection("kube-scheduler")
            .AddSingleton<ProcessHealth>()
            .AddSingleton<SchedulerService>()
            .BuildServiceProvider();
        _service = _services.GetRequiredService<SchedulerService>();
    }

    /// <summary>The bindings that the apiserver has taken from it, each as pod uid and node.</summary>
    public IReadOnlyList<(string Uid, string Node)> Bound => [.. Notes("bind").Where(words => words[3] == "ok").Select(words => (words[1], words[2]))];

    /// <summary>How many of its bindings were refused because the pod has a node already.</summary>
    public int Refused => Notes("bind").Count(words => words[3] == "409");

    /// <summary>How many of its bindings were taken and it was not told.</summary>
    public int Lost => Notes("lost").Count();

    private string CallsFile => Path.Combine(_folder, "calls");

    private string FreezeFile => Path.Combine(_folder, "frozen");

    /// <param name="server">The apiserver.</param>
    /// <param name="loseEvery">Of that many replies to bindings one is lost.</param>
    public static async Task<ActingScheduler> StartAsync(GrpcApiServer server, int loseEvery)
    {
        var scheduler = new ActingScheduler(server, loseEvery);
        await scheduler._service.StartAsync(CancellationToken.None);
        return scheduler;
    }

    /// <summary>From now on it hears nothing by watch.</summary>
    public void Freeze() => File.WriteAllText(FreezeFile, "");

    /// <summary>It hears what has happened meanwhile, and whatever happens.</summary>
    public void Thaw() => File.Delete(FreezeFile);

    public async ValueTask DisposeAsync()
    {
        Thaw();
        await _service.StopAsync(CancellationToken.None);
        await _services.DisposeAsync();
        _channel.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private IEnumerable<string[]> Notes(string what)
    {
        using var file = new StreamReader(new FileStream(CallsFile, FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite));
        return [.. file.ReadToEnd().Split('\n').Select(line => line.Split(' ')).Where(words => words[0] == what)];
    }
}
