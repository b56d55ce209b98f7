using System.Collections.Concurrent;

using MiniK8s.Client.Resources;
using MiniK8s.ClusterKit;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Cluster.Tests.Faults;

/// <summary>A ConfigMap that owns one pod and has it made anew, as a workload controller does for one replica.</summary>
/// <remarks>
/// | its pods                            | with names of their own (ReplicaSet) | of one name (StatefulSet) |
/// |-------------------------------------|--------------------------------------|---------------------------|
/// | one neither leaves nor has ended    | nothing                              | nothing                   |
/// | there are others only               | the next is made                     | nothing: the name is taken|
/// | there is none                       | the next is made                     | it is made                |
/// </remarks>
internal sealed class Owner : IAsyncDisposable
{
    private const string Label = "owner";
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    private readonly IApiClient _api;
    private readonly ConfigMap _self;
    private readonly Pod _template;
    private readonly bool _keepsName;
    private readonly ConcurrentQueue<Pod> _made = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _run;

    private Owner(IApiClient api, ConfigMap self, Pod template, bool keepsName)
    {
        (_api, _self, _template, _keepsName) = (api, self, template, keepsName);
        _run = RunAsync();
    }

    /// <summary>The pods it has made, in order.</summary>
    public IReadOnlyList<Pod> Made => [.. _made];

    /// <param name="api">The apiserver.</param>
    /// <param name="template">Its pod; the name is the owner's too.</param>
    /// <param name="keepsName">Whether the next has the same name.</param>
    public static async Task<Owner> StartAsync(IApiClient api, Pod template, bool keepsName)
    {
        var self = new ConfigMap { Metadata = new ObjectMeta { Namespace = template.Metadata.Namespace, Name = template.Metadata.Name } };
        return new Owner(api, await api.Resource<ConfigMap>().CreateAsync(self, CancellationToken.None), template, keepsName);
    }

    /// <summary>Those of its pods that are there.</summary>
    public async Task<IReadOnlyList<Pod>> PodsAsync()
    {
        var options = new ListOptions { LabelSelector = $"{Label}={_self.Metadata.Name}" };
        return (await _api.Resource<Pod>().ListAsync(_self.Metadata.Namespace, options, CancellationToken.None)).Items;
    }

    /// <summary>Returns the pod it makes as its <paramref name="number"/>th, counted from 1.</summary>
    public async Task<Pod> MadeAsync(int number)
    {
        await Eventually.TrueAsync(() => _run.IsFaulted || _made.Count >= number, $"{_self.Metadata.Name} makes pod {number}");
        return _run.IsFaulted ? throw _run.Exception : Made[number - 1];
    }

    /// <summary>What it would create now.</summary>
    public Pod Next()
    {
        var pod = _template.Clone();
        if (!_keepsName) pod.Metadata.Name += $"-{_made.Count + 1}";
        pod.Metadata.Labels[Label] = _self.Metadata.Name;
        pod.Metadata.OwnerReferences.Add(new OwnerReference
        {
            ApiVersion = "v1", Kind = "ConfigMap", Name = _self.Metadata.Name, Uid = _self.Metadata.Uid, Controller = true,
        });
        return pod;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            if (!(await PodsAsync()).Any(Counts)) _made.Enqueue(await _api.CreatePodAsync(Next()));
            await Task.Delay(Period, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private bool Counts(Pod pod) => _keepsName || (!pod.IsTerminating() && pod.Status.Phase is not ("Succeeded" or "Failed"));
}
