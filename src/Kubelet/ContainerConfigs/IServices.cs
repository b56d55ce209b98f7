using MiniK8s.Client.Informers;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.ContainerConfigs;

/// <summary>The Services of the cluster, for the variables that name them.</summary>
internal interface IServices
{
    /// <summary>All there are; null while they have not been read once.</summary>
    Task<IReadOnlyList<Service>?> ListAsync(CancellationToken ct);
}

/// <summary><see cref="IServices"/> from an informer. The first list is waited for, but not long: a pod must not hang on it silently.</summary>
internal sealed class WatchedServices(SharedInformer<Service> informer, TimeProvider time) : IServices
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async Task<IReadOnlyList<Service>?> ListAsync(CancellationToken ct)
    {
        try
        {
            await informer.Synced.WaitAsync(Patience, time, ct);
            return informer.Cache.List();
        }
        catch (TimeoutException)
        {
            return null;
        }
    }
}
