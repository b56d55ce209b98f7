using System.Runtime.CompilerServices;

using Google.Protobuf;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

using MiniK8s.Client.Events;
using MiniK8s.Client.Informers;
using MiniK8s.Client.Reflection;
using MiniK8s.Client.Resources;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler;
using MiniK8s.Scheduler.Cache;
using MiniK8s.Scheduler.Configuration;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Tests.Fakes;

namespace MiniK8s.Load.Scheduling;

/// <summary>What a scheduler holds of a cluster that it only listens to: informers and cache, filled from bytes as a server sends them, and nobody else's objects.</summary>
internal static class HeldRun
{
    public static async Task<IReadOnlyList<Row>> RunAsync(int nodes, int pods)
    {
        var (bare, trimmed) = (await HoldAsync(nodes, pods, _ => { }), await HoldAsync(nodes, pods, new PodTrim().Trim));
        return [new Row($"{nodes} nodes and {pods} bound Pods in informers and cache", $"{trimmed >> 20} MiB, {trimmed / 1024.0 / pods:0.0} KiB a Pod; with Pods as they come {bare >> 20} MiB")];
    }

    private static async Task<long> HoldAsync(int nodes, int pods, Action<Pod> trim)
    {
        await Task.Yield();     // off the stack of the run before, which would hold its objects
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await using var services = new ServiceCollection()
            .AddLogging(logging => logging.SetMinimumLevel(LogLevel.None))
            .AddSingleton(TimeProvider.System)
            .AddSingleton<IApiClient>(new MemoryApi())
            .AddSingleton<IEventRecorder, NoEvents>()
            .AddSingleton<IClusterObjects, NoObjects>()
            .AddScheduling(SchedulerConfiguration.Default("default-scheduler"))
            .BuildServiceProvider();
        var feed = ActivatorUtilities.CreateInstance<ClusterFeed>(services);
        using var stop = new CancellationTokenSource();
        var nodeInformer = Follow<Node>(feed, Enumerable.Range(0, nodes).Select(number => Shapes.Node(number)), _ => { });
        var podInformer = Follow<Pod>(feed, Enumerable.Range(0, pods).Select(number => Shapes.Deployed(number).On($"node-{number % nodes}")), trim);
        var running = Task.WhenAll(nodeInformer.RunAsync(stop.Token), podInformer.RunAsync(stop.Token));
        await Task.WhenAll(nodeInformer.Synced, podInformer.Synced);
        var held = GC.GetTotalMemory(forceFullCollection: true) - before;
        if (services.GetRequiredService<SchedulerCache>().NodeCount != nodes) throw new InvalidOperationException("Not all nodes have come.");
        await stop.CancelAsync();
        await running;
        return held;
    }

    private static SharedInformer<T> Follow<T>(IInformerHandler<T> feed, IEnumerable<T> objects, Action<T> trim)
        where T : class, Protocol.IApiObject, IMessage<T>, new()
    {
        var informer = new SharedInformer<T>(new Sent<T>(objects, trim), new InformerOptions(), TimeProvider.System, new Random(1), NullLogger<SharedInformer<T>>.Instance);
        informer.AddHandler(feed);
        return informer;
    }

    // Each object made anew of its bytes, so that no two share a text.
    private sealed class Sent<T>(IEnumerable<T> objects, Action<T> trim) : IListerWatcher<T>
        where T : class, Protocol.IApiObject, IMessage<T>, new()
    {
        private readonly MessageParser<T> _parser = new(() => new T());

        public Task<ResourceList<T>> ListAsync(CancellationToken ct) => Task.FromResult(new ResourceList<T>([.. objects.Select(Receive)], "1", ""));

        public async IAsyncEnumerable<WatchChange<T>> WatchAsync(string resourceVersion, [EnumeratorCancellation] CancellationToken ct)
        {
            await Task.Delay(Timeout.Infinite, ct);
            yield break;
        }

        private T Receive(T sent)
        {
            var received = _parser.ParseFrom(sent.ToByteArray());
            trim(received);
            return received;
        }
    }
}
