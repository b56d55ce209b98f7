using Google.Protobuf.WellKnownTypes;

using MiniK8s.Api.Errors;
using MiniK8s.Client.Resources;
using MiniK8s.Protocol.Coordination.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Kubelet.Node;

/// <summary>Renews the node's Lease every 10 s: the cheap sign of life that node lifecycle watches (KEP-589).</summary>
internal sealed partial class NodeLease(string node, string nodeUid, IApiClient api, TimeProvider time, Random random, ILogger<NodeLease> logger)
{
    private const string Namespace = "kube-node-lease";
    private const int DurationSeconds = 40;
    private const int QuickRetries = 5;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);     // a quarter of the duration; plus up to 4 %
    private static readonly TimeSpan QuickRetry = TimeSpan.FromMilliseconds(200);

    private readonly IResourceClient<Lease> _leases = api.Resource<Lease>();
    private Lease? _latest;

    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            await RenewAsync(stopping);
            await Task.Delay(Period * (1 + random.NextDouble() * 0.04), time, stopping);
        }
    }

    private async Task RenewAsync(CancellationToken stopping)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                _latest = await WriteAsync(stopping);
                return;
            }
            catch (ApiException exception)
            {
                _latest = null;         // whatever was wrong with it: read it anew
                if (attempt == QuickRetries)
                {
                    LogNotRenewed(node, exception.Message);
                    return;
                }
                await Task.Delay(QuickRetry, time, stopping);
            }
        }
    }

    private async Task<Lease> WriteAsync(CancellationToken stopping)
    {
        if ((_latest ?? await ReadAsync(stopping)) is not { } lease) return await _leases.CreateAsync(New(), stopping);
        lease.Spec.RenewTime = Timestamp.FromDateTimeOffset(time.GetUtcNow());
        return await _leases.UpdateAsync(lease, stopping);
    }

    private async Task<Lease?> ReadAsync(CancellationToken stopping)
    {
        try
        {
            return await _leases.GetAsync(Namespace, node, stopping);
        }
        catch (ApiException exception) when (exception.Status.Reason == "NotFound")
        {
            return null;
        }
    }

    private Lease New()
    {
        var lease = new Lease
        {
            Metadata = new ObjectMeta { Name = node, Namespace = Namespace },
            Spec = new LeaseSpec { HolderIdentity = node, LeaseDurationSeconds = DurationSeconds, RenewTime = Timestamp.FromDateTimeOffset(time.GetUtcNow()) },
        };
        lease.Metadata.OwnerReferences.Add(new OwnerReference { ApiVersion = "v1", Kind = "Node", Name = node, Uid = nodeUid });
        return lease;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Node {Node}: its lease could not be renewed, will retry: {Error}")]
    private partial void LogNotRenewed(string node, string error);
}
